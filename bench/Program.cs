using ContrastiveService.Bench;
using ContrastiveService.Bench.Data;
using ContrastiveService.Bench.Methods;

return args switch
{
    ["trainer"] => TrainerBenchmark.Run(),
    ["checkpoint"] => await CheckpointBenchmark.RunAsync(),
    ["data-ingest", .. var counts] => await IngestBenchmark.RunAsync(counts),
    ["methods", .. var options] => MethodsBenchmark.Run(options),
    [MethodRun.Mode, var name, var seed, var threads, var pinning] => MethodRun.Run(name, long.Parse(seed), int.Parse(threads), pinning == MethodRun.Pinned),
    [MethodSpeed.Mode, var name] => MethodSpeed.Run(name),
    [MethodFloors.Mode] => MethodFloors.Run(),
    [TrainerSide.Mode, var backbone, var batch, var pinning, var steps] => TrainerSide.Run(backbone, int.Parse(batch), pinning == TrainerSide.Pinned, int.Parse(steps)),
    [CheckpointSide.Mode, var side, var megabytes, var folder] => await CheckpointSide.RunAsync(side, int.Parse(megabytes), folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: ./bench.sh <benchmark>
          trainer      a training step in a plain environment against the one that the worker starts its trainers in
          methods      every method trained on Fashion-MNIST with the same backbone and budget; hours, and it resumes
          data-ingest  a zip of small PNGs over HTTP until its data set is published; 100,000 of them, or as many as the next word says
          checkpoint   a checkpoint into PostgreSQL and back against a file with fsync
        """);
    return 2;
}
