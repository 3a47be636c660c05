using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>Turns positions into what a method's loss takes: the pictures, every kind of view that it needs, and labels where it may see them.</summary>
internal sealed class BatchMaker(TrainingPlan plan, ImageStore images, Preprocessing preprocessing, Device device)
{
    private readonly ViewMaker full = new(plan.Views, preprocessing);
    private readonly ViewMaker weak = new(plan.Views.Weak.AsViews(), preprocessing);
    private readonly ViewMaker local = new(
        plan.Views with { Crop = plan.Views.Crop with { Scale = plan.Views.Local.Scale } }, preprocessing with { Size = LocalSize(plan) });

    /// <summary>Full views, as the plan describes them.</summary>
    public ViewMaker Full => full;

    /// <summary>Side of a small crop, in pixels.</summary>
    public static int LocalSize(TrainingPlan plan) => plan.Views.Local.Size
        ?? BackboneCatalog.Find(plan.Backbone.Type).FittingImage(plan.Backbone.Stem, (int)Math.Round(plan.ImageSize * 3.0 / 7));

    /// <summary>
    /// A step's micro-batches, one after the other: make and use one before the next is asked for. The views of an item depend on the seed, the step and its
    /// place in the whole step, however many micro-batches that is cut into.
    /// </summary>
    /// <param name="needs">What the method needs.</param>
    /// <param name="items">What to draw from, as positions in the store, with labels or null.</param>
    /// <param name="positions">Positions among the items.</param>
    /// <param name="target">The same for the target domain, or null.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="parts">Micro-batches.</param>
    public IEnumerable<Batch> Make(BatchNeeds needs, BatchItems items, long[] positions, (BatchItems Items, long[] Positions)? target, long step, int parts)
    {
        using var chance = new Chance(plan.Seed, "", needs, step);
        using var targetChance = needs.Target is { } targetNeeds ? new Chance(plan.Seed, "target ", targetNeeds, step) : null;
        var (length, targetLength) = (positions.Length / parts, (target?.Positions.Length ?? 0) / parts);
        for (var part = 0; part < parts; part++)
        {
            var batch = One(needs, items, positions.AsSpan(part * length, length), chance, step);
            if (targetChance is not null && target is { } t)
                batch = batch with { Target = One(needs.Target!, t.Items, t.Positions.AsSpan(part * targetLength, targetLength), targetChance, step) };
            // What a method draws by itself depends on the step, as everything random does.
            manual_seed(new SeededRandom(plan.Seed, "step", (step * parts) + part).NextSeed());
            yield return batch;
        }
    }

    private Batch One(BatchNeeds needs, BatchItems items, ReadOnlySpan<long> positions, Chance chance, long step)
    {
        var stored = new long[positions.Length];
        var labels = new long[positions.Length];
        for (var i = 0; i < stored.Length; i++)
            (stored[i], labels[i]) = (items.Stored[positions[i]], items.Labels[positions[i]]);
        using var pixels = images.Gather(stored).to(device); // (B, C, S, S) uint8
        return new Batch(
            [.. chance.Full.Select(random => full.Make(pixels, random))],
            needs.Labels == LabelUse.Ignored ? null : tensor(labels, device: device),
            tensor(positions.ToArray(), device: device))
        {
            WeakViews = [.. chance.Weak.Select(random => weak.Make(pixels, random))],
            LocalViews = [.. chance.Local.Select(random => local.Make(pixels, random))],
            Step = step,
        };
    }

    /// <summary>One generator for every view of a step.</summary>
    private sealed class Chance : IDisposable
    {
        public Chance(long seed, string whose, BatchNeeds needs, long step)
        {
            Full = Generators("view", needs.Views);
            Weak = Generators("weak view", needs.WeakViews);
            Local = Generators("local view", needs.LocalViews);

            Generator[] Generators(string kind, int count) =>
                [.. Enumerable.Range(0, count).Select(v => new Generator((ulong)new SeededRandom(seed, $"{whose}{kind} {v}", step).NextSeed()))];
        }

        public Generator[] Full { get; }

        public Generator[] Weak { get; }

        public Generator[] Local { get; }

        public void Dispose()
        {
            foreach (var generator in Full.Concat(Weak).Concat(Local))
                generator.Dispose();
        }
    }
}
