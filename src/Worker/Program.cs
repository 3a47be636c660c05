using ContrastiveService.Worker;
using ContrastiveService.Worker.Running;
using ContrastiveService.Worker.Supervision;

// The same program twice: the worker that takes jobs from the queue, and the trainer process that it starts for each of them.
return args is [TrainerCommand.Mode, .. var rest] ? TrainerProgram.Run(rest) : await WorkerProgram.RunAsync(args);
