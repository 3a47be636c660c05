using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Methods;

/// <summary>What all methods that compare the rows of a batch pair by pair can be told.</summary>
public abstract record PairOptions : MethodOptions
{
    [Description("What belongs together: pictures of one label (`labels`), two views of one picture (`instances`), or labels if every item has one (`auto`).")]
    public PairSource Pairs { get; init; }

    [Range(2, 1024), Description("Items drawn of each class (K of P×K) where pairs come from labels; batchSize must be a multiple of it.")]
    public int SamplesPerClass { get; init; } = 4;

    [Description("Bring features to length 1 before distances are taken, so that they lie between 0 and 2.")]
    public bool Normalize { get; init; } = true;

    public override BatchNeeds Needs(DataTraits data) =>
        Pairs == PairSource.Labels || (Pairs == PairSource.Auto && data.Labeled)
            ? new BatchNeeds(Views: 1, LabelUse.Required, SamplesPerClass)
            : new BatchNeeds(Views: 2);

    /// <summary>Few items make small batches, which must still hold two classes.</summary>
    public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
        facts.Items < 8 * SamplesPerClass ? new JsonObject { ["method"] = new JsonObject { ["samplesPerClass"] = 2 } } : [];
}
