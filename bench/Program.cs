using ContrastiveService.Bench;

return args switch
{
    ["checkpoint"] => await CheckpointBenchmark.RunAsync(),
    [CheckpointSide.Mode, var side, var megabytes, var folder] => await CheckpointSide.RunAsync(side, int.Parse(megabytes), folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: ./bench.sh <benchmark>
          checkpoint   a checkpoint into PostgreSQL and back against a file with fsync
        """);
    return 2;
}
