using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>Turns positions into what a method's loss takes: the pictures, every kind of view that it needs, and labels where it may see them.</summary>
internal sealed class BatchMaker(TrainingPlan plan, Preprocessing preprocessing, Device device)
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
    /// <param name="drawn">The step's items.</param>
    /// <param name="target">The same of the target domain, or null.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="parts">Micro-batches.</param>
    public IEnumerable<Batch> Make(BatchNeeds needs, DrawnItems drawn, DrawnItems? target, long step, int parts)
    {
        using var chance = new Chance(plan.Seed, "", needs, step);
        using var targetChance = needs.Target is { } targetNeeds ? new Chance(plan.Seed, "target ", targetNeeds, step) : null;
        for (var part = 0; part < parts; part++)
        {
            var batch = One(needs, drawn, part, parts, chance, step);
            if (targetChance is not null && target is not null)
                batch = batch with { Target = One(needs.Target!, target, part, parts, targetChance, step) };
            // What a method draws by itself depends on the step, as everything random does.
            manual_seed(new SeededRandom(plan.Seed, "step", (step * parts) + part).NextSeed());
            yield return batch;
        }
    }

    private Batch One(BatchNeeds needs, DrawnItems drawn, int part, int parts, Chance chance, long step)
    {
        var length = drawn.Positions.Length / parts;
        var positions = drawn.Positions[(part * length)..((part + 1) * length)];
        var labels = needs.Labels == LabelUse.Ignored ? null : Array.ConvertAll(positions, p => drawn.Items.Labels[p]);
        using var rows = drawn.Pixels.narrow(0, part * length, length);
        // Nothing waits for the copy: what reads it comes after it on the device.
        using var pixels = rows.to(device, non_blocking: true); // (B, C, S, S) uint8
        return new Batch(
            [.. chance.Full.Select(random => full.Make(pixels, random))],
            labels is null ? null : tensor(labels, device: device),
            tensor(positions, device: device))
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
