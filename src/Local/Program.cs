using ContrastiveService.Local;

return await LocalProgram.RunAsync(args);
