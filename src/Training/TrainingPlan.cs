using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Training;

/// <summary>
/// What is asked for: everything that decides the outcome of a run. The API binds it, the job stores it, the checkpoint carries it.
/// A plan that exists is valid for the data it was resolved against.
/// </summary>
public sealed record TrainingPlan
{
    internal const int UsualEpochs = 100;

    [Description("The data set's name.")]
    public required string Dataset { get; init; }

    [Description("Name of the model that the finished job becomes a version of; the data set's name if left out. Lower-case letters, digits, '.', '_' and '-', starting with a letter or digit.")]
    [RegularExpression("^[a-z0-9][a-z0-9._-]{0,62}$")]
    public required string Name { get; init; }

    [Description("How to learn; GET /api/v1/methods lists the types and their options.")]
    public required MethodOptions Method { get; init; }

    [Description("The encoder.")]
    public BackbonePlan Backbone { get; init; } = new();

    [Description("How random views are made.")]
    public ViewsPlan Views { get; init; } = new();

    [Description("The optimiser.")]
    public OptimizerPlan Optimizer { get; init; } = new();

    [Description("The learning rate over the run.")]
    public SchedulePlan Schedule { get; init; } = new();

    [Description("Two domains, for methods that align a target with a source; left out otherwise.")]
    public DomainsPlan? Domains { get; init; }

    [Description("Passes over the training items (of the source domain, where there are two).")]
    [Range(1, 100_000)]
    public int Epochs { get; init; } = UsualEpochs;

    [Description("Items in a step (every one contributes the method's number of views).")]
    [Range(2, 65_536)]
    public int BatchSize { get; init; } = 256;

    [Description("Side of the square that pictures are brought to, in pixels.")]
    [Range(8, 1024)]
    public int ImageSize { get; init; } = 224;

    [Description("1 (grey) or 3 (colour).")]
    [AllowedValues(1, 3)]
    public int Channels { get; init; } = 3;

    [Description("auto (bfloat16 where a short trial on the device shows that it is faster) | float32 | bfloat16: what the encoder computes in. Weights are float32 always.")]
    public Precision Precision { get; init; }

    [Description("auto | cpu | gpu: which queue the job waits in.")]
    public DeviceKind Device { get; init; }

    [Description("Decides the initial weights, the order of items and every view.")]
    [Range(0, long.MaxValue)]
    public long Seed { get; init; } = 1;

    [Description("What is measured while training.")]
    public EvaluationPlan Evaluation { get; init; } = new();

    [Description("When the state is saved.")]
    public CheckpointsPlan Checkpoints { get; init; } = new();

    [Description("warn | stop, when the features collapse to a point or a line.")]
    public CollapseAction OnCollapse { get; init; }

    /// <summary>Fills a request with defaults chosen by its method and its data, and checks the whole.</summary>
    /// <param name="request">The request's JSON object; only <c>dataset</c> and <c>method.type</c> are required.</param>
    /// <param name="facts">What is known of the data set.</param>
    /// <exception cref="PlanException">Naming every culprit by its JSON path.</exception>
    public static TrainingPlan Resolve(JsonElement request, DatasetFacts facts)
    {
        if (request.ValueKind != JsonValueKind.Object)
            throw new PlanException("", "A training job is a JSON object with at least `dataset` and `method`.");
        var asked = Parse(request);
        var plan = StrictJson.Read<TrainingPlan>(PlanDefaults.Under(asked, facts), PlanJson.Options);
        PlanCheck.Against(plan, facts);
        return plan;
    }

    /// <summary>The plan as stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PlanJson.Options);

    /// <summary>Reads a stored plan.</summary>
    /// <exception cref="PlanException">It is not one, or was written by a version that knows members this one does not.</exception>
    public static TrainingPlan FromJson(string json) => StrictJson.Read<TrainingPlan>(JsonNode.Parse(json), PlanJson.Options);

    /// <summary>A request's members, with a method that is given by its name alone written out.</summary>
    internal static JsonObject Parse(JsonElement request)
    {
        try
        {
            var asked = JsonNode.Parse(request.GetRawText(), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
            if (asked["method"] is JsonValue shorthand && shorthand.TryGetValue<string>(out var method))
                asked["method"] = new JsonObject { ["type"] = method };
            return asked;
        }
        catch (JsonException e)
        {
            throw new PlanException("", $"A member is given twice: {e.Message}");
        }
    }
}
