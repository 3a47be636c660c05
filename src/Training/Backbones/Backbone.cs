using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// An encoder: pictures (B, C, H, W), float, in; one feature vector each, (B, <see cref="Width"/>), out. A backbone in the <see cref="BackboneCatalog"/> has
/// one public constructor, whose arguments are those it needs of <c>BackbonePlan plan</c>, <c>int channels</c> and <c>int imageSize</c>.
/// </summary>
public abstract class Backbone(string name, int width) : nn.Module<Tensor, Tensor>(name)
{
    IReadOnlyList<string> frozen = [];

    /// <summary>Width of a feature vector.</summary>
    public int Width { get; } = width;

    /// <summary>
    /// The network from input to output, cut where it can be frozen: each stage as the names of its submodules and parameters. Every parameter is in exactly one.
    /// </summary>
    public virtual IReadOnlyList<IReadOnlyList<string>> Stages => [[""]];

    /// <summary>Keeps the first stages as they are: their parameters take no gradients, and their batch norms use and keep the statistics that they have.</summary>
    /// <param name="stages">How many, from 0 to the number of <see cref="Stages"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public void Freeze(int stages)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stages, Stages.Count);
        frozen = [.. Stages.Take(stages).SelectMany(stage => stage)];
        foreach (var (name, parameter) in named_parameters()) parameter.requires_grad_(!IsFrozen(name));
        train(training);
    }

    public override void train(bool train = true)
    {
        base.train(train);
        if (!train) return;
        foreach (var (_, module) in named_modules().Where(module => IsFrozen(module.name))) module.train(false);
    }

    /// <summary>Draws the initial weights. Each architecture's are those of its torchvision counterpart.</summary>
    private protected virtual void Initialize(Generator random) => Initialization.Kaiming(this, random);

    internal void InitializeFrom(Generator random) => Initialize(random);

    /// <summary>Says what is wrong with an input before a layer somewhere inside says it in its own words.</summary>
    /// <exception cref="ArgumentException">The input is not (B, <paramref name="channels"/>, H, W) with sides of at least <paramref name="smallest"/>, multiples of <paramref name="multiple"/>.</exception>
    protected void CheckInput(Tensor images, int channels, int smallest, int multiple = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() == 4 && images.size(1) == channels && Fits(images.size(2)) && Fits(images.size(3))) return;
        throw new ArgumentException(
            $"{GetName()} takes pictures of shape (B, {channels}, H, W) with sides of at least {smallest} px{(multiple > 1 ? $", multiples of {multiple}" : "")}, not ({string.Join(", ", images.shape)}).",
            nameof(images));

        bool Fits(long side) => side >= smallest && side % multiple == 0;
    }

    bool IsFrozen(string name) => frozen.Any(part => part.Length == 0 || name == part || name.StartsWith(part + '.', StringComparison.Ordinal));
}
