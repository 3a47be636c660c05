using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights;

/// <summary>
/// The changes of shape that keep what was learnt. The first convolution for colour serves grey pictures with its sum over the channels, which is what it gives
/// for a grey picture shown as colour; one for grey serves colour with a third of itself for each channel. A transformer's positions are interpolated.
/// </summary>
static class WeightsAdaptation
{
    const string Positions = "pos_embedding";

    /// <summary>Whether values of the shape given can be used for the shape wanted.</summary>
    public static bool Fits(string name, IReadOnlyList<long> given, IReadOnlyList<long> wanted) =>
        given.SequenceEqual(wanted) || IsFirstConvolution(given, wanted) || AreGrids(name, given, wanted);

    /// <summary>What is done to them, or null where the shapes are the same.</summary>
    public static string? Describe(string name, IReadOnlyList<long> given, IReadOnlyList<long> wanted)
    {
        if (given.SequenceEqual(wanted)) return null;
        if (AreGrids(name, given, wanted)) return $"{name} (positions of {Grid(given)} patches interpolated to {Grid(wanted)})";
        return given[1] == 3 ? $"{name} (3 input channels summed to 1)" : $"{name} (1 input channel repeated 3 times, a third each)";
    }

    /// <summary>The values in the shape wanted; of the type given.</summary>
    public static Tensor Apply(string name, Tensor given, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var adapted = given;
        if (!given.shape.SequenceEqual(wanted))
        {
            adapted = AreGrids(name, given.shape, wanted) && PositionGrid.Side(wanted[1]) is { } side
                ? PositionGrid.Resample(given.to(float32), side, side)
                : given.shape[1] == 3 ? given.sum(1, keepdim: true) : given.expand(-1, 3, -1, -1).div(3);
        }
        return adapted.alias().MoveToOuterDisposeScope();
    }

    static bool IsFirstConvolution(IReadOnlyList<long> given, IReadOnlyList<long> wanted) =>
        given.Count == 4 && wanted.Count == 4 && given[0] == wanted[0] && given[2] == wanted[2] && given[3] == wanted[3] && (given[1], wanted[1]) is (1, 3) or (3, 1);

    static bool AreGrids(string name, IReadOnlyList<long> given, IReadOnlyList<long> wanted) =>
        (name == Positions || name.EndsWith('.' + Positions, StringComparison.Ordinal)) && given.Count == 3 && wanted.Count == 3 && given[0] == 1 && given[2] == wanted[2]
        && PositionGrid.Side(given[1]) is not null && PositionGrid.Side(wanted[1]) is not null;

    static string Grid(IReadOnlyList<long> shape) => $"{PositionGrid.Side(shape[1])} × {PositionGrid.Side(shape[1])}";
}
