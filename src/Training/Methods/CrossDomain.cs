using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Pictures of each domain are told apart by a memory of their domain, and find their match in the other's (Kim et al.: CDS, ICCV 2021).</summary>
[Method("cross-domain", Paper = "Kim, Saito, Oh, Plummer, Sclaroff, Saenko: CDS: Cross-Domain Self-Supervised Pre-Training, ICCV 2021",
    Summary = "Two domains without any label: each picture is told from every other of its domain, and shall resemble few of the other domain rather than all a little. "
        + "Needs a target domain; no labels in either.")]
public sealed class CrossDomain : Method
{
    private readonly Options options;
    private readonly long matchingFrom;
    private readonly Linear projector;
    private readonly MemoryBank sourceBank;
    private readonly MemoryBank targetBank;

    public CrossDomain(Options options, MethodContext context)
        : base("cross-domain", context)
    {
        this.options = options;
        matchingFrom = (long)Math.Min(options.MatchingAfterEpochs * context.StepsPerEpoch, context.TotalSteps / 2.0);
        projector = nn.Linear(context.Width, options.ProjectionWidth);
        sourceBank = new MemoryBank(context.Items, options.ProjectionWidth);
        targetBank = new MemoryBank(context.TargetItems, options.ProjectionWidth);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        private const long Most = 100_000_000; // 400 MB for one tensor of similarities, of which a step holds several

        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart, and matches from the rest.")]
        public double Temperature { get; init; } = 0.1;

        [Range(0.0, 1000.0), Description("What matching across the domains counts, against telling pictures of one domain apart.")]
        public double MatchingWeight { get; init; } = 1;

        [Range(0.0, 1000.0), Description("Epochs without matching at first, until the memories hold pictures and not chance; at most half of the run.")]
        public double MatchingAfterEpochs { get; init; } = 1;

        [Range(0.0, 0.999), Description("How much of a picture's memory stays when the picture is seen again.")]
        public double BankMomentum { get; init; } = 0.5;

        [Range(2, 16_384), Description("Width of the memories; a linear layer brings the encoder's features to it.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 1) { Target = new BatchNeeds(Views: 1) };

        public override IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts)
        {
            var items = Math.Max(facts.Items, facts.Target?.Items ?? 0);
            var rows = plan.BatchSize / plan.Optimizer.Accumulate;
            if (rows * items > Most)
                yield return new("batchSize", $"is {plan.BatchSize}: 'cross-domain' compares each picture with all {items} of a domain. Of so many at most {Most / items} fit into a micro-batch; make batchSize smaller, or optimizer.accumulate larger.");
        }

        /// <summary>A picture is compared with the memories, never with others of its batch.</summary>
        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() =>
            $"matching outweighs telling pictures apart (matchingWeight is {MatchingWeight}, and it starts after {MatchingAfterEpochs} epochs): make it weaker, or start it later";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (source, target) = (batch.Views[0], batch.Target!.Views[0]);
        var f = UnitRows.Of(projector.forward(Context.Encoder.forward(cat([source, target])))); // (B + B', d)
        var (fs, ft) = (f.narrow(0, 0, source.size(0)), f.narrow(0, source.size(0), target.size(0)));
        sourceBank.Remember(batch.Items, fs);
        targetBank.Remember(batch.Target.Items, ft);
        var instances = (Losses.Npid.Softmax(fs, sourceBank.Rows, batch.Items, options.Temperature)
            + Losses.Npid.Softmax(ft, targetBank.Rows, batch.Target.Items, options.Temperature)) / 2;
        batch.Report("instanceLoss", instances);
        if (batch.Step < matchingFrom || options.MatchingWeight == 0)
            return instances.MoveToOuterDisposeScope();
        var matching = (CrossDomainMatching.Loss(fs, targetBank.Rows, options.Temperature) + CrossDomainMatching.Loss(ft, sourceBank.Rows, options.Temperature)) / 2;
        batch.Report("matchingLoss", matching);
        return (instances + options.MatchingWeight * matching).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps)
    {
        sourceBank.Update(options.BankMomentum);
        targetBank.Update(options.BankMomentum);
    }
}
