using ContrastiveService.Bench;
using ContrastiveService.Bench.Data;
using ContrastiveService.Bench.Explanation;
using ContrastiveService.Bench.Methods;
using ContrastiveService.Bench.Serving;
using ContrastiveService.Bench.Training;
using ContrastiveService.Worker.Running;
using ContrastiveService.Worker.Supervision;

return args switch
{
    ["trainer"] => TrainerBenchmark.Run(),
    [TrainerCommand.Mode, "--job", ..] => TrainerProgram.Run(args[1..]),
    ["memory", .. var names] => MemoryBenchmark.Run(names),
    [MemorySide.Mode, var name] => MemorySide.Run(name),
    ["gpu", .. var names] => GpuBenchmark.Run(names),
    [GpuSide.Mode, var name] => GpuSide.Run(name),
    ["train", .. var options] => await TrainBenchmark.RunAsync(options),
    [StepSide.Mode, var backbone, var batch, var steps, var precision, var pinning] =>
        StepSide.Run(backbone, int.Parse(batch), int.Parse(steps), precision == "bfloat16", pinning == StepSide.Pinned),
    ["explain", .. var backbones] => ExplainBenchmark.Run(backbones),
    ["checkpoint"] => await CheckpointBenchmark.RunAsync(),
    ["data"] => await StoreBenchmark.RunAsync() | await IngestBenchmark.RunAsync([]),
    ["data-store"] => await StoreBenchmark.RunAsync(),
    ["data-ingest", .. var counts] => await IngestBenchmark.RunAsync(counts),
    ["data-run", .. var counts] => await RunBenchmark.RunAsync(counts),
    ["serve", .. var options] => await ServeBenchmark.RunAsync(options),
    [EmptyServer.Mode] => await EmptyServer.RunAsync(),
    [RawLoop.Mode, var model, var backbone] => await RawLoop.RunAsync(model, backbone, null),
    [RawLoop.Mode, var model, var backbone, var batch] => await RawLoop.RunAsync(model, backbone, int.Parse(batch)),
    ["serve-models", .. var backbones] => await ModelsBenchmark.RunAsync(backbones),
    [ModelsSide.Mode, var budget, .. var models] => await ModelsSide.RunAsync(long.Parse(budget), models),
    ["search"] => SearchBenchmark.Run() | await HnswBenchmark.RunAsync([]),
    ["search-hnsw", .. var counts] => await HnswBenchmark.RunAsync(counts),
    ["methods", .. var options] => MethodsBenchmark.Run(options),
    [MethodRun.Mode, var name, var seed, var threads, var pinning] => MethodRun.Run(name, long.Parse(seed), int.Parse(threads), pinning == MethodRun.Pinned),
    [MethodSpeed.Mode, var name] => MethodSpeed.Run(name),
    [MethodFloors.Mode] => MethodFloors.Run(),
    [CheckpointSide.Mode, var side, var megabytes, var folder] => await CheckpointSide.RunAsync(side, int.Parse(megabytes), folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: ./bench.sh <benchmark>
          train        SimCLR's step, the whole trainer with its database, and embedding, against PyTorch (train float32 small-convnet 2: these alone, two rounds)
          memory       every method for five thousand steps (memory byol swav: these alone)
          gpu          whether this machine's GPU computes what its processor computes: every method's first steps, resumed, in bfloat16; features (gpu byol: this alone)
          trainer      a training step in a plain environment against the one that the worker starts its trainers in
          methods      every method trained on Fashion-MNIST with the same backbone and budget; hours, and it resumes
          data         both of the following
          data-store   the store of decoded pictures out of a database against the decoder alone; a large JPEG whole against reduced
          data-ingest  a zip of small PNGs over HTTP until its data set is published; 100,000 of them, or as many as the next word says
          data-run     such a zip of 200,000 (or as many as the next word says), a job on it, its decoded store and one epoch: time, and every program's memory
          serve        embeddings over HTTP against the same model in a loop without a server; at several loads, overloaded, flooded by one key (serve small-convnet: this alone; serve throughput, latency, crowd, overload: these parts)
          serve-models a hundred times loaded, used and unloaded: two models take turns where there is memory for one; the Api's memory (serve-models resnet18: this alone)
          explain      whether the maps of similarities point at what counts, better than chance and than the middle (explain resnet18: this backbone alone)
          search       exact search among random vectors, alone, filtered and in batches, checked against a plain loop; then the following
          search-hnsw  approximate search in a database that offers the extension vector against exact search: recall, time, building (search-hnsw 100000: so many vectors)
          checkpoint   a checkpoint into PostgreSQL and back against a file with fsync
        """);
    return 2;
}
