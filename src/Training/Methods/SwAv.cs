using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Views of a picture must fall to the same prototypes, which the pictures of a batch are shared out over evenly (Caron et al. 2020).</summary>
[Method("swav", Paper = "arXiv 2006.09882",
    Summary = "Swapped assignments: pictures are grouped around learnt prototypes, and each view must tell the group of the other. No strangers are compared, small crops cost little; needs no labels.")]
public sealed class SwAv : Method
{
    private readonly Options options;
    private readonly ProjectionHead projector;
    private readonly Parameter prototypes; // (K, d), of length 1
    private readonly ModuleList<RecentRows> queues; // of each full view's projections; none without a queue

    public SwAv(Options options, MethodContext context)
        : base("swav", context)
    {
        this.options = options;
        projector = new ProjectionHead(context.Width, options.HiddenWidth, options.ProjectionWidth, 2, lastNorm: false);
        using var scope = NewDisposeScope();
        prototypes = new Parameter(UnitRows.Of(randn(options.Prototypes, options.ProjectionWidth)).DetachFromDisposeScope());
        queues = new([.. Enumerable.Range(0, options.Queue == 0 ? 0 : options.FullViews).Select(_ => new RecentRows(options.Queue, options.ProjectionWidth))]);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        private const int PaperPrototypes = 3000, SmallDataPrototypes = 512, PaperQueue = 3840, ManyItems = 100_000;

        [Range(0.001, 100.0), Description("τ: how sharply a view's prototypes are predicted.")]
        public double Temperature { get; init; } = 0.1;

        [Range(0.001, 10.0), Description("ε: how evenly a picture is shared out over prototypes. Too large a one, and all pictures get the same share of each.")]
        public double Epsilon { get; init; } = 0.05;

        [Range(1, 100), Description("Sinkhorn iterations, which give every prototype as much as every other.")]
        public int SinkhornIterations { get; init; } = 3;

        [Range(2, 1 << 16), Description("Prototypes; chosen by imageSize and the number of items if left out. Far more of them than there are kinds of pictures does no harm.")]
        public int Prototypes { get; init; } = PaperPrototypes;

        [Range(0.0, 10_000.0), Description("Epochs at the beginning in which the prototypes stay as they were drawn.")]
        public double FreezePrototypesEpochs { get; init; } = 1;

        [Range(1, 8), Description("Full views of each picture; all of them are assigned to prototypes.")]
        public int FullViews { get; init; } = 2;

        [Range(0, 32), Description("Small crops of each picture (views.local), which only predict. Chosen by imageSize if left out: none up to 64 px.")]
        public int LocalViews { get; init; } = 6;

        [Description("Projections of earlier pictures that take their share of the prototypes too, for batches smaller than the prototypes are many; 0 for none. "
            + "Chosen by the number of items if left out: at most half of them.")]
        [Range(0, 1 << 20)]
        public int Queue { get; init; } = PaperQueue;

        [Range(0.0, 10_000.0), Description("Epochs after which they do: before, projections change too fast.")]
        public double QueueFromEpoch { get; init; } = 15;

        [Range(1, 16_384), Description("Width between the projector's two layers.")]
        public int HiddenWidth { get; init; } = 2048;

        [Range(2, 16_384), Description("Width of projections and prototypes.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(FullViews) { LocalViews = LocalViews };

        /// <summary>As many prototypes as the data can fill, and for small pictures nothing that costs more than they do.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize)
        {
            var method = new JsonObject { ["queue"] = RecentRows.Fitting(facts.Items, PaperQueue) };
            if (imageSize <= 64 || facts.Items < ManyItems)
                method["prototypes"] = Math.Max(16, RecentRows.Fitting(facts.Items / 16, SmallDataPrototypes));
            if (imageSize <= 64)
                (method["localViews"], method["hiddenWidth"]) = (0, 512);
            var plan = new JsonObject { ["method"] = method };
            if (imageSize > 64)
                plan["views"] = new JsonObject { ["crop"] = new JsonObject { ["scale"] = new JsonArray(0.14, 1.0) }, ["local"] = new JsonObject { ["scale"] = new JsonArray(0.05, 0.14) } };
            return plan;
        }

        public override IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts)
        {
            if (FullViews + LocalViews < 2)
                yield return new("method.fullViews", "is 1 without small crops; a view predicts another one. Make it 2, or method.localViews 1 or more.");
        }

        public override string? AccumulationDiffers() => "the items of a batch share out the prototypes, and a micro-batch holds fewer of them";

        public override string? CollapseCause() => FormattableString.Invariant(
            $"assignmentEntropy at ln(prototypes), {Math.Log(Prototypes):0.00}, means that every picture gets the same share of every prototype; lower epsilon (it is {Epsilon}), or warm up longer (schedule.warmupEpochs)");
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var z = UnitRows.Of(projector.forward(MultiCrop.Features(Context.Encoder, batch))); // (V·B, d)
        var frozen = batch.Step < options.FreezePrototypesEpochs * Context.StepsPerEpoch;
        var scores = z.mm((frozen ? prototypes.detach() : prototypes).t()).chunk(options.FullViews + options.LocalViews); // V of (B, K)
        Tensor[] assignments = [.. Enumerable.Range(0, options.FullViews).Select(view => Assign(view, scores[view], batch.Step))]; // of (B, K)
        foreach (var (queue, projections) in queues.Zip(z.split(batch.Items.size(0))))
            queue.Remember(projections);
        batch.Report("assignmentEntropy", -stack(assignments.Select(q => q.xlogy(q).sum(1).mean()).ToArray()).mean());
        return Losses.SwAv.Loss(scores, assignments, options.Temperature).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps)
    {
        using var scope = NewDisposeScope();
        prototypes.copy_(UnitRows.Of(prototypes));
        foreach (var queue in queues)
            queue.Enqueue();
    }

    private Tensor Assign(int view, Tensor scores, long step)
    {
        if (queues.Count == 0 || step < options.QueueFromEpoch * Context.StepsPerEpoch)
            return Sinkhorn.Assign(scores, options.Epsilon, options.SinkhornIterations);
        var earlier = queues[view].Rows.mm(prototypes.detach().t()); // (Q, K)
        return Sinkhorn.Assign(scores, earlier, options.Epsilon, options.SinkhornIterations);
    }
}
