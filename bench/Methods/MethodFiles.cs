using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ContrastiveService.Bench.Methods;

/// <summary>What is kept of a run under bench/results/methods: its result, or how far it got. Another recipe is another run.</summary>
internal sealed class MethodFiles
{
    /// <summary>For what does not depend on the seed.</summary>
    public const long AnySeed = 1;

    private const string Folder = "bench/results/methods";

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly string path;

    public MethodFiles(MethodRecipe recipe, long seed)
    {
        var asked = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe.Request.ToJsonString())))[..12];
        path = Path.Combine(Directory.CreateDirectory(Folder).FullName, string.Create(CultureInfo.InvariantCulture, $"{recipe.Name}-{recipe.Data.Name}-{seed}-{asked}"));
    }

    /// <summary>A folder for checkpoints on their way.</summary>
    public string Scratch => Path.GetDirectoryName(path)!;

    /// <summary>What the run came to; null before its end.</summary>
    public MethodResult? Result => File.Exists(path + ".json") ? JsonSerializer.Deserialize<MethodResult>(File.ReadAllText(path + ".json"), Indented) : null;

    /// <summary>Pictures per second of the training with the machine to itself; null before it was measured.</summary>
    public double? ImagesPerSecond
    {
        get => File.Exists(path + ".speed") ? double.Parse(File.ReadAllText(path + ".speed"), CultureInfo.InvariantCulture) : null;
        set => File.WriteAllText(path + ".speed", value!.Value.ToString(CultureInfo.InvariantCulture));
    }

    public FileStream? OpenCheckpoint() => File.Exists(path + ".checkpoint") ? File.OpenRead(path + ".checkpoint") : null;

    /// <summary>Seconds that the run has taken, over all tries, up to its last checkpoint.</summary>
    public double Seconds => File.Exists(path + ".seconds") ? double.Parse(File.ReadAllText(path + ".seconds"), CultureInfo.InvariantCulture) : 0;

    public void Keep(string checkpoint)
    {
        File.Move(checkpoint, path + ".checkpoint", overwrite: true);
        File.WriteAllText(path + ".seconds", (Seconds + clock.Elapsed.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        clock.Restart();
    }

    public void Write(MethodResult result)
    {
        File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(result, Indented));
        File.Move(path + ".tmp", path + ".json", overwrite: true);
        File.Delete(path + ".checkpoint");
        File.Delete(path + ".seconds");
    }
}
