using ContrastiveService.Training.Data;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Bench.Methods;

/// <summary>The pictures of the methods' tables, all made of Fashion-MNIST.</summary>
/// <param name="Name">What the option <c>data</c> calls them.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="Target">The folder of the other domain, or null.</param>
/// <param name="Grouped">The two domains' pictures of one thing are a group, and all are trained on as one.</param>
internal sealed record MethodData(string Name, int Channels, string? Target, bool Grouped)
{
    /// <summary>The domain that every model is judged on.</summary>
    public const string Judged = "fashion-mnist";

    /// <summary>The family of rows with a source and a target.</summary>
    public const string Domains = "domains";

    private const string FashionMnist = "/usr/share/datasets/fashion-mnist", Made = "data/domain-benchmark", Stores = "bench/results/stores";
    private const int PerClass = 6000, Classes = 10, Side = 28;

    private static readonly MethodData[] Kinds =
    [
        new("grey", 1, null, false),
        new("blended", 3, "fashion-mnist-m", false),
        new("rotated", 1, "fashion-mnist-rotated", false),
        new("twins", 3, "fashion-mnist-m", true),
    ];

    /// <summary>Which part of bench/methods.json has the common plan.</summary>
    public string Family => Target is not null && !Grouped ? Domains : "instances";

    /// <summary>Which table its rows are in.</summary>
    public string Table => Family == Domains ? Name : Family;

    public static MethodData Named(string name) =>
        Kinds.FirstOrDefault(k => k.Name == name) ?? throw new InvalidDataException($"There is no data '{name}'. There are: {string.Join(", ", Kinds.Select(k => k.Name))}.");

    /// <summary>The plainest that a method can learn from.</summary>
    public static MethodData For(MethodOptions options) =>
        Kinds.First(kind => kind.Facts().Traits is var traits && options.Needs(traits) is var needs
            && needs.Target is not null == traits.HasTarget && (needs.SamplesPerGroup == 0 || traits.Grouped));

    public DatasetFacts Facts()
    {
        var one = new DatasetFacts(PerClass * Classes, PerClass * Classes, Classes, Channels, Side, Side);
        return Grouped ? one with { Items = 2 * one.Items, Labeled = 2 * one.Items, Grouped = true } : one with { Target = Target is null ? null : one };
    }

    /// <summary>Opens the store; builds it if there is none.</summary>
    public ImageStore Open()
    {
        if (Grouped)
            return ImageStoreOf("twins", path => IdxStore.Twins([FashionMnist, $"{Made}/{Target}"], path, Channels));
        var source = ImageStoreOf($"fashion-mnist-{Channels}", path => IdxStore.Open(FashionMnist, path, Channels, Judged));
        return Target is null ? source : ImageStore.Join(source, ImageStoreOf($"{Target}-{Channels}", path => IdxStore.Open($"{Made}/{Target}", path, Channels, Target)));
    }

    private static ImageStore ImageStoreOf(string name, Func<string, ImageStore> open) => open(Path.Combine(Directory.CreateDirectory(Stores).FullName, name));
}
