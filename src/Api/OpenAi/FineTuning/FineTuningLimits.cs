using System.Text.Json;
using System.Text.RegularExpressions;
using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Backbones;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>What single members of a fine-tuning request may be.</summary>
static partial class FineTuningLimits
{
    private const int MostPairs = 16, LongestKey = 64, LongestValue = 512;

    /// <exception cref="ApiException">Naming the member.</exception>
    public static void Check(CreateFineTuningJob asked)
    {
        if (string.IsNullOrEmpty(asked.TrainingFile))
            throw Wrong("training_file", "training_file is needed: the name of a data set. GET /api/v1/datasets lists those there are.");
        if (string.IsNullOrEmpty(asked.Model))
            throw Wrong("model", $"model is needed: the backbone to train, one of: {string.Join(", ", BackboneCatalog.All.Select(b => b.Name))}.");
        if (asked.ValidationFile is not null)
        {
            throw Wrong(
                "validation_file",
                "A validation_file is not taken: what is held out comes from the data set itself, plan.evaluation.validationShare of it "
                + "or the items that it marks as val. Leave it out.");
        }

        if (asked.Integrations is { ValueKind: not JsonValueKind.Array } || asked.Integrations?.GetArrayLength() > 0)
            throw Wrong("integrations", "There are no integrations. Leave it out.");
        if (asked.Seed is < 0 or > int.MaxValue)
            throw Wrong("seed", $"seed is {asked.Seed}; it must be 0 to {int.MaxValue}.");
        if (asked.Suffix is { } suffix && !Suffix().IsMatch(suffix))
            throw Wrong("suffix", $"suffix is '{suffix}'; it must be 1 to 64 letters, digits, '.', '_' and '-', for it becomes part of the model's name.");
        if (asked.Metadata is { } metadata)
            CheckMetadata(metadata);
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string?> metadata)
    {
        if (metadata.Count > MostPairs)
            throw Wrong("metadata", $"metadata has {metadata.Count} pairs; at most {MostPairs} are taken.");
        foreach (var (key, value) in metadata)
        {
            if (key.Length is 0 or > LongestKey)
                throw Wrong($"metadata.{key}", $"A key of metadata has {key.Length} characters; it must have 1 to {LongestKey}.");
            if (value is null || value.Length > LongestValue)
                throw Wrong(
                    $"metadata.{key}",
                    $"metadata.{key} {(value is null ? "is null" : $"has {value.Length} characters")}; it must be a text of at most {LongestValue}.");
            if (key.Contains('\0') || value.Contains('\0'))
                throw Wrong($"metadata.{key.Replace("\0", "", StringComparison.Ordinal)}", "metadata holds a NUL character, which cannot be stored.");
        }
    }

    private static ApiException Wrong(string param, string message) => ApiException.BadRequest(param, message);

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex Suffix();
}
