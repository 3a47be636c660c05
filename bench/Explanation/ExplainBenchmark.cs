using System.Diagnostics;
using System.Globalization;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;

namespace ContrastiveService.Bench.Explanation;

/// <summary>
/// Whether maps point at what counts: parts of pictures taken out and put back in their order, against an order by chance and from the middle outwards, on the same pairs. On things
/// at random places over photographs, and on Fashion-MNIST as it is, where the thing always stands in the middle.
/// </summary>
internal static class ExplainBenchmark
{
    private const string Pictures = "/usr/share/datasets/fashion-mnist", Photographs = "/usr/share/backgrounds";
    private const int TestPictures = 2_000;
    private static readonly string[] Maps = ["ours", "random", "centre Gaussian"];

    /// <param name="backbones">Names; one of each kind where there are none.</param>
    /// <returns>1 where a map was not surely better than both others.</returns>
    public static int Run(string[] backbones)
    {
        var clock = Stopwatch.StartNew();
        Compute.UseThreads(Compute.AvailableThreads, pin: false);
        var folder = Directory.CreateDirectory(Path.Combine("data", "bench", "explain")).FullName;
        var report = new Report("explain", "backbone", "pictures", "pairs", "map", "deletion", "insertion", "gain", "ours gains more by", "in", "top on thing");
        List<string> doubtful = [];
        foreach (var recipe in (backbones.Length > 0 ? backbones : ExplainRecipe.Names).Select(ExplainRecipe.Of))
        {
            using var things = IdxStore.Open(Pictures, Path.Combine(folder, $"centred-{recipe.Items}"), 1, perSplit: recipe.Items);
            using var placed = PlacedPictures.Open(things, Photographs, Path.Combine(folder, $"placed-{recipe.Side}-{recipe.Items}"), recipe.Side);
            Measure(recipe, "placed", placed, folder, report, doubtful);
            if (recipe.IsSmall)
                Measure(recipe, "centred", things, folder, report, doubtful);
        }

        report.Publish();
        Console.WriteLine(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:0} s"));
        foreach (var doubt in doubtful)
            Console.Error.WriteLine(doubt);
        return doubtful.Count == 0 ? 0 : 1;
    }

    private static void Measure(ExplainRecipe recipe, string pictures, ImageStore images, string folder, Report report, List<string> doubtful)
    {
        var clock = Stopwatch.StartNew();
        using var model = ExplainedModel.Train(recipe.Plan(images.Records.Count(record => record.Split == "train"), images.Size), images, folder);
        var trained = clock.Elapsed;
        var pairs = SameLabel(images, recipe.Pairs);
        var scores = pairs.Select(pair => Score(model, images, pair)).ToArray();
        Console.WriteLine(FormattableString.Invariant($"{recipe.Backbone}, {pictures}: trained in {trained.TotalSeconds:0} s, measured in {(clock.Elapsed - trained).TotalSeconds:0} s"));
        for (var map = 0; map < Maps.Length; map++)
        {
            var of = scores.Select(score => score[map]).ToArray();
            var gain = PairedDifference.Of([.. of.Select(s => s.Faithfulness.Gain)], new double[of.Length]);
            var less = PairedDifference.Of([.. scores.Select(s => s[0].Faithfulness.Gain)], [.. of.Select(s => s.Faithfulness.Gain)]);
            var onThing = of.Average(s => s.OnThing ? 1.0 : 0);
            if (map > 0 && !less.IsSure)
                doubtful.Add($"{recipe.Backbone} on {pictures} pictures is not surely better than {Maps[map]}: it gains more by {Number(less.Mean)} ± {Number(less.Error)}.");
            report.Add(
                new { recipe.Backbone, pictures, pairs = of.Length, map = Maps[map], deletion = of.Average(s => s.Faithfulness.Deletion), insertion = of.Average(s => s.Faithfulness.Insertion), gain, less, onThing },
                recipe.Backbone, pictures, $"{of.Length}", Maps[map], Number(of.Average(s => s.Faithfulness.Deletion)), Number(of.Average(s => s.Faithfulness.Insertion)),
                $"{Number(gain.Mean)} ± {Number(gain.Error)}", map == 0 ? "" : $"{Number(less.Mean)} ± {Number(less.Error)}", map == 0 ? "" : Share(less.Wins),
                pictures == "placed" ? Share(onThing) : "");
        }
    }

    /// <summary>The map of the first picture of a pair, and those that know nothing, of the same parts.</summary>
    private static (Faithfulness Faithfulness, bool OnThing)[] Score(EmbeddingModel model, ImageStore images, (int I, int J) pair)
    {
        var (a, b) = (Pixels(images, pair.I), Pixels(images, pair.J));
        var ours = model.Explain(a, b).A;
        var other = model.Embed([b])[0];
        HeatMap[] maps = [ours, ReferenceMaps.Random(ours.Rows, ours.Columns, 1, pair.I), ReferenceMaps.CenterGaussian(ours.Rows, ours.Columns)];
        return Array.ConvertAll(maps, map => (Faithfulness.Of(model, a, other, map), TopIsOnThing(map, pair.I)));
    }

    private static bool TopIsOnThing(HeatMap map, int item)
    {
        var top = Array.IndexOf(map.Values, map.Values.Max());
        return PlacedPictures.IsOnThing(item, ((top % map.Columns) + 0.5) / map.Columns, ((top / map.Columns) + 0.5) / map.Rows);
    }

    /// <summary>Test pictures and the next of their label; no picture is in two pairs.</summary>
    private static (int I, int J)[] SameLabel(ImageStore images, int pairs) =>
    [
        .. Enumerable.Range(0, images.Records.Count).Where(i => images.Records[i].Split == "test").Take(TestPictures).GroupBy(i => images.Labels[i])
            .SelectMany(label => label.Chunk(2).Take(pairs / images.Classes.Count)).Select(pair => (pair[0], pair[1])),
    ];

    private static byte[] Pixels(ImageStore images, int item)
    {
        var pixels = new byte[images.Channels * images.Size * images.Size];
        images.Gather([item], pixels);
        return pixels;
    }

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("P0", CultureInfo.InvariantCulture);
}
