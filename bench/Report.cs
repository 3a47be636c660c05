using System.Runtime.InteropServices;
using System.Text.Json;

namespace ContrastiveService.Bench;

/// <summary>One benchmark's outcome: a table for people, a JSON file for programs.</summary>
internal sealed class Report(string name, params string[] columns)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<string[]> _rows = [];
    private readonly List<object> _figures = [];

    /// <param name="figures">What the row is made from, for the JSON file.</param>
    /// <param name="row">One text for each column.</param>
    public void Add(object figures, params string[] row)
    {
        _figures.Add(figures);
        _rows.Add(row);
    }

    public bool HasRows => _rows.Count > 0;

    /// <summary>Prints the table, writes bench/results/&lt;name&gt;.json, and says where.</summary>
    public void Publish()
    {
        string[][] all = [columns, .. _rows];
        var widths = columns.Select((_, i) => all.Max(row => row[i].Length)).ToArray();
        Console.WriteLine($"\n{Machine()}\n");
        foreach (var row in all)
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Directory.GetCurrentDirectory(), "bench", "results")).FullName, $"{name}.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { benchmark = name, machine = Machine(), results = _figures }, Indented));
        Console.WriteLine($"\n{path}");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median and its extremes, such as <c>1.42 (1.39–1.47)</c>.</summary>
    public static string Spread(IReadOnlyCollection<double> values) =>
        FormattableString.Invariant($"{Median(values):0.00} ({values.Min():0.00}–{values.Max():0.00})");

    private static string Machine()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        return $"{Environment.ProcessorCount} processors, {cpu}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB; {RuntimeInformation.OSDescription.Split('#')[0].Trim()}; {RuntimeInformation.FrameworkDescription}";
    }
}
