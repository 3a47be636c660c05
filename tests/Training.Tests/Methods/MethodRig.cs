using ContrastiveService.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>A method around a tiny encoder, and batches made the way its needs say.</summary>
internal sealed class MethodRig
{
    public const int Groups = 6;

    private readonly BatchNeeds needs;
    private readonly int rowsPerGroup;

    public MethodRig(MethodDescriptor descriptor, bool labeled, MethodOptions? options = null, int seed = 1)
    {
        options ??= descriptor.DefaultOptions;
        needs = options.Needs(labeled);
        rowsPerGroup = Math.Max(1, needs.SamplesPerClass);
        Encoder = new TinyEncoder(seed);
        manual_seed(seed + 1);
        Method = descriptor.Create(options, new MethodContext(Encoder, Groups * rowsPerGroup, needs.Labels == LabelUse.Required ? Groups : 0, labeled, TotalSteps: 100));
        Encoder.train();
        Method.train();
    }

    public TinyEncoder Encoder { get; }

    public Method Method { get; }

    /// <summary>Rows that belong together show nearly the same picture.</summary>
    public Batch Agreeing(int seed) => Batch(seed, (view, group) => group);

    /// <summary>Rows that belong together show different pictures.</summary>
    public Batch Strangers(int seed) => Batch(seed, (view, group) => -1);

    private Batch Batch(int seed, Func<int, int, int> picture)
    {
        using var random = new Generator((ulong)seed);
        var motifs = randn([Groups, 1, 8, 8], generator: random);
        var rows = Groups * rowsPerGroup;
        var views = Enumerable.Range(0, needs.Views).Select(view => stack(Enumerable.Range(0, rows).Select(row =>
        {
            var motif = picture(view, row / rowsPerGroup);
            return (motif < 0 ? randn([1, 8, 8], generator: random) : motifs[motif]) + (0.02 * randn([1, 8, 8], generator: random));
        }))).ToArray();
        var items = arange(rows);
        return new Batch(views, needs.Labels == LabelUse.Required ? items.div(rowsPerGroup, RoundingMode.floor) : null, items);
    }
}
