using System.Text.Json;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Native;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Methods;

/// <summary>What pixels come to, by the same measures on the same pictures: whoever does not beat them has learned nothing that was not there.</summary>
internal static class MethodFloors
{
    public const string Mode = "method-floors";

    private const string File = "bench/results/methods/floors.json", Measured = "bench/measured/methods/floors.json";

    internal sealed record Pair(MethodScores Raw, MethodScores Centered);

    /// <summary>Null where it was never measured.</summary>
    public static Pair? Known => (MethodFiles.TakesMeasured ? new[] { File, Measured } : [File]).FirstOrDefault(System.IO.File.Exists) is { } found ? JsonSerializer.Deserialize<Pair>(System.IO.File.ReadAllText(found)) : null;

    /// <summary>Measures them in a process of its own, unless that was done.</summary>
    public static void Measure()
    {
        if (Known is not null)
            return;
        Console.Error.WriteLine("floors");
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(Child.Run<Pair>(TrainersEnvironment.With(), Mode)));
    }

    public static int Run()
    {
        Compute.UseThreads(Compute.AvailableThreads, pin: true);
        using var images = MethodData.Named("grey").Open();
        using var truce = new CollectionTruce();
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var judged = new JudgedPictures(images);
        var (known, asked) = (judged.Bank(Pixels), judged.Queries(Pixels));
        var raw = judged.Scores(known, asked, probe: true);
        var mean = known.mean([0]);
        return Child.Answer(new Pair(raw, judged.Scores(known.sub_(mean), asked.sub_(mean), probe: true)));

        Tensor Pixels(long[] items) => PixelFloor.Of(images, items, images.Size, CPU, CancellationToken.None);
    }
}
