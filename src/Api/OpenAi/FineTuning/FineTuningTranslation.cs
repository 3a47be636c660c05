using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>
/// A fine-tuning request as a request for a training job, and what is wrong with the job's plan in the fine-tuning request's words. Nothing is decided
/// here that the plan decides: what is not said stays unsaid.
/// </summary>
sealed class FineTuningTranslation
{
    private const string Supervised = "supervised", SupervisedHere = "supcon", Unlabeled = "simclr";
    private const int LongestName = 63;

    private readonly JsonObject request = [];
    private readonly JsonObject? plan;
    private readonly double? multiplier;
    private readonly string hyperparameters;
    private readonly CreateFineTuningJob asked;

    /// <exception cref="ApiException">A member is missing, given twice, or not what it should be.</exception>
    public FineTuningTranslation(CreateFineTuningJob asked)
    {
        this.asked = asked;
        FineTuningLimits.Check(asked);
        plan = asked.Plan is { } given ? ReadPlan(given) : null;
        foreach (var (name, value) in plan ?? [])
            request[name] = value?.DeepClone();
        Put("dataset", JsonValue.Create(asked.TrainingFile), "training_file");
        PutIn("backbone", "type", JsonValue.Create(asked.Model), "model");
        if (asked.Seed is { } seed)
            Put("seed", JsonValue.Create(seed), "seed");
        if (asked.Method is { } method)
            Put("method", Method(method), "method");
        if (asked.Suffix is not null && request.ContainsKey("name"))
            throw Twice("name", "suffix");

        var inMethod = asked.Method?.Supervised?.Hyperparameters;
        hyperparameters = asked.Hyperparameters is null && asked.Method?.Type == Supervised ? "method.supervised.hyperparameters" : "hyperparameters";
        if (Number(asked.Hyperparameters?.Epochs, inMethod?.Epochs, "n_epochs") is { } epochs)
            Put("epochs", JsonValue.Create(epochs), $"{hyperparameters}.n_epochs");
        if (Number(asked.Hyperparameters?.BatchSize, inMethod?.BatchSize, "batch_size") is { } batch)
            Put("batchSize", JsonValue.Create(batch), $"{hyperparameters}.batch_size");
        multiplier = Number(asked.Hyperparameters?.LearningRateMultiplier, inMethod?.LearningRateMultiplier, "learning_rate_multiplier")?.GetDouble();
        if (multiplier is not null && plan?["optimizer"] is JsonObject optimizer && optimizer.ContainsKey("learningRate"))
            throw Twice("optimizer.learningRate", $"{hyperparameters}.learning_rate_multiplier");
    }

    /// <summary>The training job's request, as far as it can be told without the data.</summary>
    public JsonElement Request => JsonSerializer.SerializeToElement(request);

    /// <summary>What the job keeps beside its plan.</summary>
    public FineTuningTerms Terms => new(
        asked.Suffix,
        asked.Method?.Type == Supervised ? Supervised : null,
        multiplier,
        asked.Metadata is { Count: > 0 } metadata ? JsonSerializer.Serialize(metadata) : null);

    /// <summary>The plan for this data.</summary>
    /// <exception cref="PlanException">It cannot be run.</exception>
    public TrainingPlan Resolve(DatasetFacts facts)
    {
        if (!request.ContainsKey("method"))
            request["method"] = new JsonObject { ["type"] = facts.FullyLabeled ? SupervisedHere : Unlabeled };
        var usual = TrainingPlan.Resolve(Request, facts);
        if (asked.Suffix is null && multiplier is null)
            return usual;
        if (asked.Suffix is not null)
            request["name"] = Name(usual.Name, asked.Suffix);
        if (multiplier is { } times)
        {
            request["optimizer"] ??= new JsonObject();
            request["optimizer"]!["learningRate"] = usual.Optimizer.LearningRate * times;
        }

        return TrainingPlan.Resolve(Request, facts);
    }

    /// <summary>The member of the fine-tuning request that a member of the plan came from, or would be set by.</summary>
    public string Param(string path)
    {
        if (path.Length == 0 || IsIn(plan, path))
            return path.Length == 0 ? "" : $"plan.{path}";
        return path switch
        {
            "dataset" => "training_file",
            "name" => "suffix",
            "backbone.type" => "model",
            "seed" or "method" => path,
            "epochs" => $"{hyperparameters}.n_epochs",
            "batchSize" => $"{hyperparameters}.batch_size",
            "optimizer.learningRate" => $"{hyperparameters}.learning_rate_multiplier",
            _ => path.StartsWith("method.", StringComparison.Ordinal) && plan?["method"] is null ? path : $"plan.{path}",
        };
    }

    private static JsonObject ReadPlan(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Object)
            throw ApiException.BadRequest("plan", "plan must be an object: members of a training job, as POST /api/v1/training-jobs takes them.");
        try
        {
            return JsonNode.Parse(given.GetRawText(), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest("plan", $"A member of plan is given twice: {e.Message}", "invalid_json");
        }
    }

    private static JsonObject Method(FineTuningMethod method)
    {
        if (method.Type is not { Length: > 0 } type)
            throw ApiException.BadRequest("method.type", "method.type is needed: supervised, or a method of GET /api/v1/methods.");
        if (type is "dpo" or "reinforcement")
        {
            throw ApiException.BadRequest(
                "method.type",
                $"There is nothing like {type} for pictures: it learns from answers that were judged. There are: supervised, and the methods of GET /api/v1/methods.");
        }

        var options = (method.Options ?? []).Where(o => o.Value.ValueKind != JsonValueKind.Null).ToArray();
        if (type == Supervised)
        {
            return options.Length == 0
                ? new JsonObject { ["type"] = SupervisedHere }
                : throw ApiException.BadRequest(
                    $"method.{options[0].Key}",
                    $"There is no member '{options[0].Key}' beside the type supervised. There are: supervised, type. "
                    + $"The type {SupervisedHere}, which it stands for, takes options.",
                    "unknown_member");
        }

        if (method.Supervised is not null)
            throw ApiException.BadRequest(
                "method.supervised", $"method.supervised belongs to the type supervised, not to {type}. Give hyperparameters beside method.");
        var written = new JsonObject { ["type"] = type };
        foreach (var (name, value) in options)
            written[name] = JsonSerializer.SerializeToNode(value);
        return written;
    }

    private JsonElement? Number(JsonElement? older, JsonElement? newer, string name)
    {
        if (older is not null && newer is not null)
        {
            throw ApiException.BadRequest(
                $"hyperparameters.{name}", $"{name} is given in hyperparameters and in method.supervised.hyperparameters. Give one of them.");
        }

        if ((newer ?? older) is not { } value || value.ValueKind == JsonValueKind.Null || value.ValueKind == JsonValueKind.String && value.ValueEquals("auto"))
            return null;
        return value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble())
            ? value
            : throw ApiException.BadRequest($"{hyperparameters}.{name}", $"{hyperparameters}.{name} must be a finite number or \"auto\".");
    }

    private static string Name(string stem, string suffix)
    {
        var name = $"{stem}-{suffix.ToLowerInvariant()}";
        return name.Length <= LongestName
            ? name
            : throw ApiException.BadRequest(
                "suffix",
                $"The model would be called '{name}', which has {name.Length} characters; at most {LongestName} are taken. "
                + "Shorten suffix, or give the whole name as plan.name.");
    }

    private void Put(string name, JsonNode? value, string param)
    {
        if (request.ContainsKey(name))
            throw Twice(name, param);
        request[name] = value;
    }

    private void PutIn(string name, string member, JsonNode? value, string param)
    {
        // What is no object is left to the plan, which says so.
        if ((request[name] ??= new JsonObject()) is not JsonObject inner)
            return;
        if (inner.ContainsKey(member))
            throw Twice($"{name}.{member}", param);
        inner[member] = value;
    }

    private static ApiException Twice(string path, string param)
    {
        var either = param is "training_file" or "model" ? "" : $", or leave {param} out";
        return ApiException.BadRequest($"plan.{path}", $"plan.{path} is what {param} says here. Leave it out of plan{either}.");
    }

    private static bool IsIn(JsonNode? node, string path)
    {
        foreach (var part in path.Split('.', '['))
        {
            if (part.EndsWith(']'))
                return true;
            if (node is not JsonObject members || !members.ContainsKey(part))
                return false;
            node = members[part];
        }

        return true;
    }
}
