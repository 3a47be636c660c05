using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>A view must find its partner, seen by a slowly moving teacher, among a long queue of what the teacher saw before (He et al. 2019, Chen et al. 2020).</summary>
[Method("moco-v2", Paper = "arXiv 2003.04297",
    Summary = "Momentum contrast: each view finds its partner among a queue of thousands of earlier pictures, as a moving average of the encoder sees them. Small batches do; needs no labels.")]
public sealed class MoCoV2 : Method
{
    private const int SmallestGroup = 8; // fewer make statistics that say little

    private readonly Options options;
    private readonly ProjectionHead projector;
    private readonly MomentumCopy teacher;
    private readonly RecentRows queue;

    public MoCoV2(Options options, MethodContext context)
        : base("moco-v2", context)
    {
        this.options = options;
        projector = Head();
        teacher = new MomentumCopy(context, projector, Head());
        queue = new RecentRows(options.Queue, options.ProjectionWidth);
        RegisterComponents();

        ProjectionHead Head() => new(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, 2, norm: false);
    }

    public sealed record Options : MethodOptions
    {
        private const int PaperQueue = 65_536, SmallPicturesQueue = 4096;

        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart. 0.1 suits pictures up to 64 px, 0.2 larger ones; chosen by imageSize if left out.")]
        public double Temperature { get; init; } = 0.2;

        [Range(0.0, 1.0), Description("m: how much of the teacher stays at each step. 0.99 suits pictures up to 64 px and short runs, 0.999 long ones; chosen by imageSize if left out.")]
        public double Momentum { get; init; } = 0.999;

        [Range(1, 1 << 20), Description("Earlier pictures that each view is compared with. Chosen by imageSize and the number of items if left out: at most half of them.")]
        public int Queue { get; init; } = PaperQueue;

        [Description("Groups that the teacher sees a batch in, drawn anew at each step, so that its batch norms give away nothing of which pictures lie together; "
            + "of at least eight pictures each. 1 gives it the batch as a whole.")]
        [Range(1, 64)]
        public int KeyGroups { get; init; } = 4;

        [Range(1, 16_384), Description("Width between the projector's two layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>What the paper's authors use for CIFAR, and a queue that the data can fill.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => new()
        {
            ["method"] = imageSize <= 64
                ? new JsonObject { ["temperature"] = 0.1, ["momentum"] = 0.99, ["queue"] = RecentRows.Fitting(facts.Items, SmallPicturesQueue) }
                : new JsonObject { ["queue"] = RecentRows.Fitting(facts.Items, PaperQueue) },
        };

        /// <summary>A view is compared with the queue, never with others of its batch.</summary>
        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() =>
            $"a teacher that follows too fast (momentum is {Momentum}) leaves a queue of keys that do not fit together; bring it nearer to 1";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var q = projector.forward(Context.Encoder.forward(batch.Views[0])); // (B, d)
        var k = Keys(batch.Views[1]);
        queue.Remember(k);
        return InfoNce.Loss(q, k, queue.Rows, options.Temperature).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps)
    {
        teacher.Update(options.Momentum);
        queue.Enqueue();
    }

    private Tensor Keys(Tensor view)
    {
        using var ungraded = no_grad();
        var b = view.size(0);
        var order = randperm(b).to(view.device);
        var groups = view.index_select(0, order).tensor_split(Math.Clamp(b / SmallestGroup, 1, options.KeyGroups));
        var k = cat(groups.Select(group => UnitRows.Of(teacher.forward(group))).ToArray()); // (B, d), in drawn order
        return k.index_select(0, order.argsort());
    }
}
