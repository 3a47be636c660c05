using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Worker.Supervision;

/// <summary>One line of a trainer's stdout. Every line is a sign of life.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Alive), "alive")]
[JsonDerivedType(typeof(Log), "log")]
[JsonDerivedType(typeof(Error), "error")]
internal abstract record TrainerMessage
{
    /// <summary>The training thread got this far.</summary>
    public sealed record Alive(string Doing) : TrainerMessage;

    /// <summary>A line for the worker's log.</summary>
    public sealed record Log(LogLevel Level, string Text) : TrainerMessage;

    /// <summary>Why the job cannot succeed, in words for its owner. The last one counts when the exit code is <see cref="TrainerExit.Failed"/>.</summary>
    public sealed record Error(string Text) : TrainerMessage;

    public string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>Null for a line that is not ours: native libraries print to stdout as well.</summary>
    public static TrainerMessage? Parse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            return JsonSerializer.Deserialize<TrainerMessage>(line);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
