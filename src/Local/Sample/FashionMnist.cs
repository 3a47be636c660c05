namespace ContrastiveService.Local.Sample;

/// <summary>The sample data: the whole of Fashion-MNIST where its package is installed, else the cut that comes with the sources.</summary>
/// <param name="Name">Of the data set in the service.</param>
/// <param name="Folder">Where the four files lie.</param>
internal sealed record FashionMnist(string Name, string Folder)
{
    private const string Installed = "/usr/share/datasets/fashion-mnist";

    /// <summary>Names of the classes 0 to 9.</summary>
    public static IReadOnlyList<string> Classes { get; } =
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static FashionMnist Find(LocalOptions options) => Directory.Exists(Installed) && !options.Mini
        ? new("fashion-mnist", Installed)
        : new("fashion-mnist-mini", Path.Combine(options.SamplesPath, "fashion-mnist-mini"));

    /// <param name="part"><c>train</c> or <c>t10k</c>.</param>
    public string Images(string part) => Path.Combine(Folder, $"{part}-images-idx3-ubyte.gz");

    /// <param name="part"><c>train</c> or <c>t10k</c>.</param>
    public string Labels(string part) => Path.Combine(Folder, $"{part}-labels-idx1-ubyte.gz");

    /// <summary>The first test pictures, which no model was trained on.</summary>
    public Picture[] TestPictures(int count) => [.. IdxFile.Read(Images("t10k"), Labels("t10k")).Take(count)];
}
