using ContrastiveService.Bench;

return args switch
{
    ["trainer"] => TrainerBenchmark.Run(),
    ["checkpoint"] => await CheckpointBenchmark.RunAsync(),
    [TrainerSide.Mode, var backbone, var batch, var pinning, var steps] => TrainerSide.Run(backbone, int.Parse(batch), pinning == TrainerSide.Pinned, int.Parse(steps)),
    [CheckpointSide.Mode, var side, var megabytes, var folder] => await CheckpointSide.RunAsync(side, int.Parse(megabytes), folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: ./bench.sh <benchmark>
          trainer      a training step in a plain environment against the one that the worker starts its trainers in
          checkpoint   a checkpoint into PostgreSQL and back against a file with fsync
        """);
    return 2;
}
