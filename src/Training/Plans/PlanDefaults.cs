using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Training.Plans;

/// <summary>Defaults that depend on the data and the method. What is constant stands in the plan's records.</summary>
internal static partial class PlanDefaults
{
    // Fewer items would judge nothing: what they cost is a second or two.
    private const int LeastBank = 500, LeastQueries = 100;

    /// <summary>The request laid over the defaults: objects are merged, everything else replaces.</summary>
    public static JsonObject Under(JsonObject request, DatasetFacts facts)
    {
        var merged = General(request, facts);
        var size = Number(request["imageSize"]) ?? (int)merged["imageSize"]!;
        if ((request["method"] as JsonObject)?["type"] is JsonValue type && type.TryGetValue<string>(out var name) && MethodCatalog.All.FirstOrDefault(m => m.Name == name) is { } method)
            Lay(method.DefaultOptions.Suggest(facts, size), merged);
        Lay(request, merged);
        Tune(merged);
        Evaluate(merged, facts);
        if (merged["backbone"] is JsonObject backbone && (backbone["stem"] is null || backbone["stem"] is JsonValue stem && stem.TryGetValue<string>(out var kind) && kind == "auto"))
            backbone["stem"] = size <= 64 ? "small" : "standard";
        return merged;
    }

    private static JsonObject General(JsonObject request, DatasetFacts facts)
    {
        var side = Math.Min(facts.Width, facts.Height);
        var size = Fitting(request, Math.Clamp(side, 16, 224));
        var channels = Math.Max(facts.Channels, facts.Target?.Channels ?? 0); // either domain may have colours
        return new JsonObject
        {
            ["name"] = DefaultName(request),
            ["imageSize"] = size,
            ["channels"] = channels,
            ["batchSize"] = DefaultBatch(facts),
            ["backbone"] = new JsonObject(),
            ["optimizer"] = new JsonObject(),
            // A blur of a pixel or two wipes out a small picture, and grey pictures have no colour to take away.
            ["views"] = new JsonObject { ["grey"] = channels == 1 ? 0.0 : 0.2, ["blur"] = new JsonObject { ["probability"] = size >= 64 ? 0.5 : 0.0 } },
        };
    }

    /// <summary>What suits the type of optimiser, wherever that comes from.</summary>
    private static void Tune(JsonObject merged)
    {
        if (merged["optimizer"] is not JsonObject optimizer)
            return;
        if (Text(optimizer["type"]) == "sgd")
            optimizer.TryAdd("learningRate", 0.05);
        if (Text(optimizer["type"]) != "lars")
            return;
        // As SimCLR's, arXiv 2002.05709, section 2.2.
        optimizer.TryAdd("learningRate", 0.3 * (Number(merged["batchSize"]) ?? 256) / 256);
        optimizer.TryAdd("weightDecay", 1e-6);
    }

    /// <summary>
    /// As often as a tenth of the run's time allows, and on as many items: an item that is trained on passes the encoder in two views, at about three times the cost of a
    /// forward pass each; an evaluation passes its bank once and its queries three times, and a look for a collapse in every epoch passes some queries once. There are at least
    /// two evaluations, before the first epoch and after the last; where these are too much for so short a run, they look at fewer items.
    /// </summary>
    private static void Evaluate(JsonObject merged, DatasetFacts facts)
    {
        if ((merged["evaluation"] ??= new JsonObject()) is not JsonObject evaluation || facts.Items == 0)
            return;
        var usual = new EvaluationPlan();
        var epochs = Math.Max(1, Number(merged["epochs"]) ?? TrainingPlan.UsualEpochs);
        var held = (evaluation["validationShare"] is JsonValue value && value.TryGetValue<double>(out var share) ? share : usual.ValidationShare) * facts.Items;
        var bank = Math.Min(facts.Items, Number(evaluation["bankItems"]) ?? usual.BankItems);
        var queries = Math.Min(held, Number(evaluation["queryItems"]) ?? usual.QueryItems);
        var budget = (0.1 * 6 * facts.Items * epochs) - (epochs * Math.Min(queries, RunEvaluator.ShapeItems));
        var affordable = budget / Math.Max(1, bank + (3 * queries));
        if (!evaluation.ContainsKey("everyEpochs"))
            evaluation["everyEpochs"] = affordable < 3 ? epochs : (int)Math.Ceiling(epochs / (Math.Floor(affordable) - 1));
        if (affordable >= 2 || Number(evaluation["everyEpochs"]) != epochs)
            return;
        evaluation.TryAdd("bankItems", Math.Max(LeastBank, (int)(bank * affordable / 2)));
        evaluation.TryAdd("queryItems", Math.Max(LeastQueries, (int)(queries * affordable / 2)));
    }

    /// <summary>Pictures as they are, or enlarged to what the architecture takes.</summary>
    private static int Fitting(JsonObject request, int size)
    {
        var backbone = request["backbone"] as JsonObject;
        if (BackboneCatalog.All.FirstOrDefault(b => b.Name == Text(backbone?["type"])) is not { } found)
            return size;
        return found.FittingImage(Text(backbone?["stem"]) == "standard" ? StemKind.Standard : StemKind.Small, size);
    }

    /// <summary>256, or the largest power of two that still gives an epoch of four steps, on either domain.</summary>
    private static int DefaultBatch(DatasetFacts facts)
    {
        var batch = 256;
        while (batch > 4 && batch * 4 > Math.Min(facts.Items, facts.Target?.Items ?? facts.Items))
            batch /= 2;
        return batch;
    }

    private static string DefaultName(JsonObject request)
    {
        var dataset = request["dataset"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "model";
        var safe = Unsafe().Replace(dataset.ToLowerInvariant(), "-").Trim('-', '.', '_');
        return safe.Length == 0 ? "model" : safe[..Math.Min(safe.Length, 63)];
    }

    private static void Lay(JsonObject over, JsonObject under)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && under[name] is JsonObject target)
                Lay(inner, target);
            else
                under[name] = value?.DeepClone();
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    [GeneratedRegex("[^a-z0-9._-]+")]
    private static partial Regex Unsafe();
}
