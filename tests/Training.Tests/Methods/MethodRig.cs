using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>A method around a tiny encoder, and batches made the way its needs say.</summary>
internal sealed class MethodRig
{
    public const int Groups = 6;

    /// <summary>So few that a batch of <see cref="Total"/> / 2 is past whatever methods do in their first epochs only.</summary>
    public const int StepsPerEpoch = 2;

    private const int Total = 100, Side = 8, LocalSide = 4;

    private readonly BatchNeeds needs;
    private readonly int rowsPerGroup;
    private readonly int channels;

    public MethodRig(MethodDescriptor descriptor, DataTraits data, MethodOptions? options = null, int seed = 1, bool norm = true)
    {
        options ??= SmallOptions.Of(descriptor);
        needs = options.Needs(data);
        rowsPerGroup = Math.Max(2, Math.Max(needs.SamplesPerClass, needs.SamplesPerGroup));
        channels = TakesGrey(options, data) ? 1 : 3;
        Encoder = new TinyEncoder(seed, channels, norm);
        manual_seed(seed + 1);
        Method = descriptor.Create(options, new MethodContext(Encoder, () => new TinyEncoder(seed, channels, norm), Rows, data.Labeled ? Groups : 0, data)
        {
            TargetItems = data.HasTarget ? Rows : 0,
            Preprocessing = new Preprocessing(Side, channels, [.. Enumerable.Repeat(0.5, channels)], [.. Enumerable.Repeat(0.25, channels)]),
            BatchSize = Rows,
            StepsPerEpoch = StepsPerEpoch,
            TotalSteps = Total,
        });
        Encoder.train();
        Method.train();
    }

    public TinyEncoder Encoder { get; }

    public Method Method { get; }

    /// <summary>Whether what is in a batch is compared with each other, so that agreement can show.</summary>
    public bool Compares => needs.Views + needs.LocalViews > 1 || needs.SamplesPerClass + needs.SamplesPerGroup > 0;

    private int Rows => Groups * rowsPerGroup;

    /// <summary>Rows that belong together show nearly the same picture.</summary>
    public Batch Agreeing(int seed) => Batch(seed, agree: true);

    /// <summary>Rows that belong together show different pictures.</summary>
    public Batch Strangers(int seed) => Batch(seed, agree: false);

    /// <summary>The micro-batches of a batch.</summary>
    public static IEnumerable<Batch> Parts(Batch batch, int count)
    {
        return Enumerable.Range(0, count).Select(part => Cut(batch, part));

        Batch Cut(Batch whole, int part)
        {
            var rows = whole.Items.size(0) / count;
            Tensor[] Of(IReadOnlyList<Tensor> views) => [.. views.Select(view => view.narrow(0, part * rows, rows))];
            return new Batch(Of(whole.Views), whole.Labels?.narrow(0, part * rows, rows), whole.Items.narrow(0, part * rows, rows))
            {
                WeakViews = Of(whole.WeakViews),
                LocalViews = Of(whole.LocalViews),
                Target = whole.Target is null ? null : Cut(whole.Target, part),
                Step = whole.Step,
            };
        }
    }

    private static bool TakesGrey(MethodOptions options, DataTraits data)
    {
        var facts = new DatasetFacts(Total, data.Labeled ? Total : 0, data.Labeled ? Groups : 0, 1, Side, Side) { Grouped = data.Grouped };
        var plan = new TrainingPlan { Dataset = "rig", Name = "rig", Method = options, Channels = 1, ImageSize = Side };
        return options.Check(plan, data.HasTarget ? facts with { Target = facts } : facts).All(error => error.Param != "channels");
    }

    private Batch Batch(int seed, bool agree)
    {
        using var random = new Generator((ulong)seed);
        // Rows of one class or group show one motif; otherwise each row is an item of its own.
        var together = needs.Labels == LabelUse.Required || needs.SamplesPerGroup > 0 ? rowsPerGroup : 1;
        var batch = Part(needs, together, agree, random);
        return needs.Target is null ? batch : batch with { Target = Part(needs.Target, together, agree, random) };
    }

    private Batch Part(BatchNeeds part, int together, bool agree, Generator random)
    {
        var motifs = randn([Rows / together, channels, Side, Side], generator: random);
        var items = arange(Rows);
        return new Batch(Views(part.Views, Side), part.Labels == LabelUse.Required ? items.div(rowsPerGroup, RoundingMode.floor) : null, items)
        {
            WeakViews = Views(part.WeakViews, Side),
            LocalViews = Views(part.LocalViews, LocalSide),
            Step = Total / 2, // past any start-up of the method
        };

        Tensor[] Views(int count, int side) => [.. Enumerable.Range(0, count).Select(_ => stack(Enumerable.Range(0, Rows).Select(row =>
        {
            var picture = (agree ? motifs[row / together] : randn([channels, Side, Side], generator: random)) + (0.02 * randn([channels, Side, Side], generator: random));
            return side == Side ? picture : nn.functional.adaptive_avg_pool2d(picture, side);
        })))];
    }
}
