using System.Globalization;

namespace ContrastiveService.Local;

/// <summary>What <c>./run.sh</c> was asked to do.</summary>
/// <param name="Once">Train, report, stop everything, end.</param>
/// <param name="Train">Train even if there is a model from an earlier start.</param>
/// <param name="Mini">Use the small sample even where the full set is installed.</param>
/// <param name="DataPath">Where everything is kept, absolute.</param>
/// <param name="SamplesPath">Where the sample pictures and their plan lie, absolute.</param>
/// <param name="Port">The first port to try.</param>
internal sealed record LocalOptions(bool Once, bool Train, bool Mini, string DataPath, string SamplesPath, int Port)
{
    public const string Usage =
        """
        ./run.sh            starts everything, trains on the sample pictures at the first start, stays up until Ctrl-C
        ./run.sh --train    the same, and trains again
        ./run.sh --once     trains, compares, reports, stops everything; the last line is one JSON object

        --mini              trains on the small sample of the sources even if the full set is installed
        --data FOLDER       where everything is kept (./data)
        --port PORT         the first port to try (5080)
        """;

    /// <exception cref="LocalException">An argument is unknown or lacks its value.</exception>
    public static LocalOptions Parse(string[] args)
    {
        var options = new LocalOptions(false, false, false, Path.GetFullPath("data"), Path.GetFullPath("samples"), 5080);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--once" => options with { Once = true, Train = true },
                "--train" => options with { Train = true },
                "--mini" => options with { Mini = true },
                "--data" => options with { DataPath = Path.GetFullPath(Value(ref i)) },
                "--port" => options with { Port = ReadPort(Value(ref i)) },
                _ => throw new LocalException($"'{args[i]}' is not something to ask for.\n\n{Usage}"),
            };
        }

        return options;

        string Value(ref int i) => ++i < args.Length ? args[i] : throw new LocalException($"{args[i - 1]} needs a value.\n\n{Usage}");
    }

    private static int ReadPort(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
        ? port
        : throw new LocalException($"'{text}' is not a port.");
}
