using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>A peer's gradient: in full, or as a digest that covers every element.</summary>
/// <param name="json"><c>{data}</c>, <c>{norm, sum, absmax, first8, last8, checksum}</c> or <c>{none}</c>.</param>
/// <param name="peerRounding">Largest error of the peer's own float32 run.</param>
public sealed class GoldenGradient(JsonElement json, double peerRounding)
{
    /// <summary>Asserts that <paramref name="gradient"/> (null: none) is this one, within the rounding of float32.</summary>
    public void ShouldBe(Tensor? gradient)
    {
        if (json.TryGetProperty("none", out _))
        {
            (gradient is null || gradient.abs().max().ToDouble() == 0).ShouldBeTrue("the peer lets no gradient through here");
            return;
        }

        var ours = gradient.ShouldNotBeNull("no gradient arrived").to(ScalarType.Float64).flatten().data<double>().ToArray();
        ours.ShouldAllBe(g => double.IsFinite(g));
        if (json.TryGetProperty("data", out var data))
            ShouldBeFull(ours, data.Deserialize<double[]>(GoldenFile.Numbers)!);
        else
            ShouldBeDigest(ours);
    }

    private double Tolerance(double largest) => (1e-4 * largest) + (10 * peerRounding) + 1e-12;

    private void ShouldBeFull(double[] ours, double[] peers)
    {
        ours.Length.ShouldBe(peers.Length);
        var tolerance = Tolerance(peers.Max(Math.Abs));
        for (var i = 0; i < peers.Length; i++)
            ours[i].ShouldBe(peers[i], tolerance, $"element {i}");
    }

    private void ShouldBeDigest(double[] ours)
    {
        var tolerance = Tolerance(Number("absmax"));
        var first = json.GetProperty("first8").Deserialize<double[]>(GoldenFile.Numbers)!;
        var last = json.GetProperty("last8").Deserialize<double[]>(GoldenFile.Numbers)!;
        for (var i = 0; i < 8; i++)
        {
            ours[i].ShouldBe(first[i], tolerance, $"element {i}");
            ours[ours.Length - 8 + i].ShouldBe(last[i], tolerance, $"element {ours.Length - 8 + i}");
        }

        ours.Max(Math.Abs).ShouldBe(Number("absmax"), tolerance);
        // Roundings of many elements add up like a random walk.
        var summed = tolerance * Math.Sqrt(ours.Length);
        Math.Sqrt(ours.Sum(g => g * g)).ShouldBe(Number("norm"), summed, "norm");
        ours.Sum().ShouldBe(Number("sum"), summed, "sum");
        ours.Select((g, i) => g * Math.Cos(i)).Sum().ShouldBe(Number("checksum"), summed, "checksum Σ g_i cos i");
    }

    private double Number(string name) => json.GetProperty(name).GetDouble();
}
