using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Views;

/// <summary>Which views of which pictures somebody wants to see. What a job would fill in is filled in here in the same way.</summary>
public sealed record ViewPreviewPlan
{
    /// <summary>More pixels than this are not made for one preview; a picture and each of its views count.</summary>
    public const long MostPixels = 16_000_000;

    [Description("The data set's name.")]
    public required string Dataset { get; init; }

    [Description("The method whose suggestions the views are to start from, as in a job; left out: none.")]
    public MethodOptions? Method { get; init; }

    [Description("How random views are made, as in a job.")]
    public ViewsPlan Views { get; init; } = new();

    [Description("Side of the square that pictures are brought to, in pixels; as in a job.")]
    [Range(8, 1024)]
    public int ImageSize { get; init; } = 224;

    [Description("1 (grey) or 3 (colour); as in a job.")]
    [AllowedValues(1, 3)]
    public int Channels { get; init; } = 3;

    [Description("Keys of the pictures; left out: a choice by the seed.")]
    [Length(1, 32)]
    public string[]? Items { get; init; }

    [Description("How many pictures the seed chooses, where items is left out.")]
    [Range(1, 32)]
    public int Count { get; init; } = 8;

    [Description("Views of each picture.")]
    [Range(1, 16)]
    public int PerItem { get; init; } = 8;

    [Description("Decides the choice and every view.")]
    [Range(0, long.MaxValue)]
    public long Seed { get; init; } = 1;

    /// <summary>Pictures asked for.</summary>
    public int Pictures => Items?.Length ?? Count;

    /// <summary>Fills a request with the defaults that a job on these data would have, and checks the whole.</summary>
    /// <exception cref="PlanException">Naming every culprit by its JSON path.</exception>
    public static ViewPreviewPlan Resolve(JsonElement request, DatasetFacts facts)
    {
        if (request.ValueKind != JsonValueKind.Object)
            throw new PlanException("", "A preview is a JSON object with at least `dataset`.");
        var asked = TrainingPlan.Parse(request);
        var job = PlanDefaults.Under(asked, facts);
        foreach (var shared in new[] { "views", "imageSize", "channels" })
            asked[shared] = job[shared]?.DeepClone();
        var plan = StrictJson.Read<ViewPreviewPlan>(asked, PlanJson.Options);
        var errors = new List<PlanError>();
        PlanCheck.CheckViews(errors, plan.Views);
        if ((long)plan.Pictures * (plan.PerItem + 1) * plan.ImageSize * plan.ImageSize > MostPixels)
            errors.Add(new("perItem", $"is {plan.PerItem}; with {plan.Pictures} pictures of {plan.ImageSize} px that is more than the {MostPixels / 1_000_000} million pixels of a preview. Ask for fewer views, fewer pictures or a smaller imageSize."));
        return errors.Count == 0 ? plan : throw new PlanException(errors);
    }
}
