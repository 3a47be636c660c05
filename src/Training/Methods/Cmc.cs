using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>What several kinds of view have in common: brightness against colour, or pictures of one thing against each other (Tian, Krishnan, Isola 2019).</summary>
/// <remarks>
/// The paper trains one encoder for each kind of view and puts their features side by side. Here one encoder sees them all, as it alone is used afterwards: brightness
/// and colour are rendered as pictures, and the whole picture, which is what it will be given then, is a third kind. All go through it in one batch, so that the
/// statistics its batch norms keep are those that they learn with. Colours are split linearly (Y and DbDr, the paper's second colour space) and not in Lab.
/// </remarks>
[Method("cmc", Paper = "arXiv 1906.05849",
    Summary = "Contrastive multiview coding: the brightness of a picture finds its colours among those of the batch and the other way round, or pictures of one thing find each other. "
        + "Needs colour pictures, or a group on every item; no labels.")]
public sealed class Cmc : Method
{
    private readonly Options options;
    private readonly bool grouped;
    private readonly ModuleList<ProjectionHead> projectors; // one for each kind of view

    public Cmc(Options options, MethodContext context)
        : base("cmc", context)
    {
        this.options = options;
        grouped = options.InGroups(context.Data);
        var kinds = grouped ? 1 : options.WholePicture ? 3 : 2;
        projectors = nn.ModuleList(Enumerable.Range(0, kinds).Select(_ =>
            new ProjectionHead(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, options.ProjectorLayers, norm: false)).ToArray());
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Description("What is contrasted: brightness and colours of one picture (`color`), pictures of one group (`groups`), or groups if every item belongs to one (`auto`).")]
        public CmcViews Views { get; init; }

        [Description("Contrast brightness and colours with the whole picture too, which is what the encoder is given when it is used.")]
        public bool WholePicture { get; init; } = true;

        [Range(2, 64), Description("Pictures drawn of each group; batchSize must be a multiple of it.")]
        public int SamplesPerGroup { get; init; } = 2;

        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart.")]
        public double Temperature { get; init; } = 0.07;

        [Range(1, 3), Description("Linear layers of the projectors, of which brightness, colours and whole pictures have one each; 1 is the paper's.")]
        public int ProjectorLayers { get; init; } = 1;

        [Range(1, 16_384), Description("Width between a projector's layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 1) { SamplesPerGroup = InGroups(data) ? SamplesPerGroup : 0 };

        /// <summary>A view that was turned grey has no colours to find.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            InGroups(facts.Traits) ? [] : new JsonObject { ["views"] = new JsonObject { ["grey"] = 0.0 } };

        public override IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts)
        {
            if (!InGroups(facts.Traits) && plan.Channels != 3)
                yield return new("channels", $"is {plan.Channels}; 'cmc' parts pictures into brightness and colours. Use colour pictures with channels 3, or put every item into a group (method.views `groups`).");
        }

        public override string? CollapseCause() =>
            $"a temperature far above 0.07 (it is {Temperature}) lets everything be one point at little cost; so do pictures without colour, or groups of pictures with little in common";

        internal bool InGroups(DataTraits data) => Views == CmcViews.Groups || (Views == CmcViews.Auto && data.Grouped);
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        return Losses.Cmc.Loss(grouped ? Members(batch.Views[0]) : Kinds(batch.Views[0]), options.Temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Members of a group lie side by side: the first of every group, the second of every group, and so on.</summary>
    private Tensor[] Members(Tensor views)
    {
        var z = projectors[0].forward(Context.Encoder.forward(views)); // (P·K, d)
        return z.view(-1, options.SamplesPerGroup, z.size(1)).unbind(1); // K of (P, d)
    }

    private Tensor[] Kinds(Tensor views)
    {
        var (luma, chroma) = LumaChroma.Split(views, Context.Preprocessing);
        Tensor[] kinds = options.WholePicture ? [luma, chroma, views] : [luma, chroma];
        var h = Context.Encoder.forward(cat(kinds)).chunk(kinds.Length);
        return [.. h.Zip(projectors, (features, projector) => projector.forward(features))]; // (B, d) each
    }
}
