using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Data;

/// <summary>JPEGs of 12 million pixels to 224 px: processor time whole against reduced, and whether a network sees a difference.</summary>
internal static class LargePictures
{
    private const int Rounds = 7, Size = 224;

    public static void Measure(Report report)
    {
        foreach (var grain in new[] { 0, 3, 6, 12 })
        {
            var jpeg = StorePictures.Make(4000, 3000, seed: 1, grain);
            var (reduced, whole) = (new byte[3 * Size * Size], new byte[3 * Size * Size]);
            var (ours, against) = (new List<double>(), new List<double>());
            for (var round = -1; round < Rounds; round++)
            {
                var (fast, slow) = (Milliseconds(jpeg, reduced, reduce: true), Milliseconds(jpeg, whole, reduce: false));
                if (round < 0)
                    continue;
                ours.Add(fast);
                against.Add(slow);
            }

            var cosine = Cosine(reduced, whole);
            report.Add(
                new { grain, bytes = jpeg.Length, reducedMs = ours, wholeMs = against, cosine },
                Invariant($"JPEG of 12 million pixels, {jpeg.Length / 1e6:0.0} MB, to {Size} px, processor ms: reduced, whole (cosine of embeddings {cosine:0.00000})"),
                Invariant($"{Report.Median(ours):0.0}"), Invariant($"{Report.Median(against):0.0}"), Report.Spread([.. ours.Zip(against, (o, a) => o / a)]));
        }
    }

    private static double Milliseconds(byte[] jpeg, byte[] chw, bool reduce)
    {
        var before = Environment.CpuUsage.TotalTime;
        ImageDecoder.Decode(jpeg, Size, 3, chw, reduce);
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    private static double Cosine(byte[] one, byte[] other)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = "resnet18" }, channels: 3, Size, seed: 1);
        encoder.eval();
        var pictures = frombuffer((byte[])[.. one, .. other], ScalarType.Byte).view(2, 3, Size, Size);
        var embedded = encoder.forward(new Preprocessing(Size, 3, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).Normalize(pictures));
        return nn.functional.cosine_similarity(embedded[..1], embedded[1..]).ToDouble();
    }
}
