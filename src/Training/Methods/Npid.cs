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

/// <summary>Every picture is a class of its own, with what it last looked like as the class's weights (Wu et al. 2018).</summary>
[Method("npid", Paper = "arXiv 1805.01978",
    Summary = "Instance discrimination with a memory bank: each picture is told from every other picture of the data set, by what the bank remembers of them. One view, small batches; needs no labels.")]
public sealed class Npid : Method
{
    private readonly Options options;
    private readonly Linear projector;
    private readonly MemoryBank bank;
    private readonly Tensor logZ; // () ln Z of the noise-contrastive estimate, from the first step; −∞ before
    private readonly List<Tensor> estimates = [];
    private bool known;

    public Npid(Options options, MethodContext context)
        : base("npid", context)
    {
        this.options = options;
        projector = nn.Linear(context.Width, options.ProjectionWidth);
        bank = new MemoryBank(context.Items, options.ProjectionWidth);
        logZ = full([], double.NegativeInfinity).DetachFromDisposeScope();
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart. 0.1 suits pictures up to 64 px, 0.07 larger ones; chosen by imageSize if left out.")]
        public double Temperature { get; init; } = 0.07;

        [Range(0.0, 0.999), Description("How much of a picture's memory stays when the picture is seen again.")]
        public double BankMomentum { get; init; } = 0.5;

        [Description("Training items up to which a picture is compared with all of them (full softmax); with more, with as many as negatives says (noise-contrastive estimation).")]
        [Range(0, 10_000_000)]
        public int FullUpTo { get; init; } = 100_000;

        [Range(1, 1 << 20), Description("Strangers drawn from the bank for each picture, where it is not compared with all.")]
        public int Negatives { get; init; } = 4096;

        [Range(2, 16_384), Description("Width of the memories; a linear layer brings the encoder's features to it.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 1);

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["temperature"] = 0.1 } } : [];

        /// <summary>A picture is compared with the bank, never with others of its batch.</summary>
        public override string? AccumulationDiffers() => null;
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var v = UnitRows.Of(projector.forward(Context.Encoder.forward(batch.Views[0]))); // (B, d)
        bank.Remember(batch.Items, v);
        if (Context.Items <= options.FullUpTo)
            return Losses.Npid.Softmax(v, bank.Rows, batch.Items, options.Temperature).MoveToOuterDisposeScope();
        var noise = randint(Context.Items, [v.size(0), options.Negatives], dtype: int64).to(v.device); // (B, K)
        // Z is estimated once and then stays, as in the paper: the losses of all steps are of one kind.
        known = known || logZ.isfinite().ToBoolean();
        var (loss, used) = Losses.Npid.Nce(v, bank.Rows, batch.Items, noise, options.Temperature, known ? logZ : null);
        if (!known)
            estimates.Add(used.DetachFromDisposeScope());
        return loss.MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps)
    {
        using var scope = NewDisposeScope();
        if (estimates.Count > 0)
            logZ.copy_(stack(estimates).mean());
        bank.Update(options.BankMomentum);
        Forget();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Forget();
        base.Dispose(disposing);
    }

    private void Forget()
    {
        estimates.ForEach(z => z.Dispose());
        estimates.Clear();
    }
}
