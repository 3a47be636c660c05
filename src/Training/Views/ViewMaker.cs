using System.Runtime.InteropServices;
using ContrastiveService.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>
/// Makes random views of a whole batch on the device that its pictures are on. Chance is drawn on the CPU, so that a seed gives the same views on every device,
/// and the same number of draws for every picture, so that a view depends on its place in the batch alone and not on the plan's other parts.
/// </summary>
public sealed class ViewMaker(ViewsPlan plan, Preprocessing preprocessing)
{
    readonly bool changesColor = plan.Color is { Strength: > 0, Probability: > 0 } || plan.Grey > 0 && preprocessing.Channels == 3;

    readonly bool movesPixels = plan.Crop.Scale[0] < 1 || plan.Crop.Ratio[0] < 1 || plan.Crop.Ratio[1] > 1 || plan.Flip > 0 || plan.Rotate is { Degrees: > 0, Probability: > 0 };

    /// <summary>One view of every picture: uint8 (B, C, H, W) in; float (B, C, S, S), normalised, out, on the same device.</summary>
    /// <param name="images">The pictures; C is that of the preprocessing.</param>
    /// <param name="random">A generator on the CPU; it moves on by the same amount for every picture.</param>
    /// <exception cref="ArgumentException">The pictures have another type, rank or number of channels.</exception>
    public Tensor Make(Tensor images, Generator random)
    {
        using var scope = NewDisposeScope();
        var unit = preprocessing.ToUnit(images);
        var uniform = MemoryMarshal.Cast<byte, float>(rand(images.size(0), ViewDraw.Numbers, generator: random).bytes);
        var draws = new ViewDraw[images.size(0)];
        for (var i = 0; i < draws.Length; i++)
            draws[i] = ViewDraw.From(plan, uniform.Slice(i * ViewDraw.Numbers, ViewDraw.Numbers), (double)images.size(3) / images.size(2));
        if (plan.Solarize.Probability > 0)
        {
            // Drawn after all else, so that plans without it keep the views that they always had.
            var solarizes = MemoryMarshal.Cast<byte, float>(rand(draws.Length, generator: random).bytes);
            for (var i = 0; i < draws.Length; i++)
                draws[i] = draws[i] with { Solarized = solarizes[i] < plan.Solarize.Probability };
        }

        return Apply(unit, draws).MoveToOuterDisposeScope();
    }

    /// <summary>The views that were drawn, of float pictures in [0, 1].</summary>
    internal Tensor Apply(Tensor unit, IReadOnlyList<ViewDraw> draws)
    {
        using var scope = NewDisposeScope();
        var size = preprocessing.Size;
        var views = movesPixels || unit.size(2) != size || unit.size(3) != size ? AffineMap.Apply(unit, draws, size) : unit;
        if (changesColor) views = ColorMatrix.Apply(views, draws);
        else if (ReferenceEquals(views, unit)) views = unit.clone();
        GaussianBlur.ApplyInPlace(views, draws, GaussianBlur.Radius(plan.Blur.Sigma[1], size));
        Solarize(views, draws);
        return preprocessing.Standardize(views).MoveToOuterDisposeScope();
    }

    void Solarize(Tensor views, IReadOnlyList<ViewDraw> draws)
    {
        long[] chosen = [.. Enumerable.Range(0, draws.Count).Where(i => draws[i].Solarized).Select(i => (long)i)];
        if (chosen.Length == 0) return;
        var index = tensor(chosen, device: views.device);
        var some = views.index_select(0, index);
        views.index_copy_(0, index, where(some.ge(plan.Solarize.Threshold), some.neg().add_(Scalars.One), some));
    }
}
