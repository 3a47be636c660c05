using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// An encoder: pictures (B, C, H, W), float, in; one feature vector each, (B, <see cref="Width"/>), out. A backbone in the <see cref="BackboneCatalog"/> has
/// one public constructor, whose arguments are those it needs of <c>BackbonePlan plan</c>, <c>int channels</c> and <c>int imageSize</c>.
/// </summary>
public abstract class Backbone(string name, int width) : nn.Module<Tensor, Tensor>(name)
{
    IReadOnlyList<string> frozen = [];
    ScalarType? arithmetic;
    GradientCache? cache;
    // Of the thread that asks: others may pass at the same time and ask for nothing.
    readonly ThreadLocal<(bool Wanted, Tensor? Found)> positions = new();

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

    /// <summary>
    /// What convolutions and linear layers compute in, where that is not the parameters' own type; norms and the features that come out keep that. Bfloat16 wants
    /// no scaling of the loss. Null is the parameters' type.
    /// </summary>
    public ScalarType? Arithmetic
    {
        get => arithmetic;
        set
        {
            arithmetic = value;
            foreach (var layer in modules().OfType<ILayer>()) layer.Arithmetic = value;
        }
    }

    /// <summary>(B, C, H, W) in the parameters' type to (B, <see cref="Width"/>) in the same.</summary>
    /// <exception cref="ArgumentException">The pictures do not fit the architecture.</exception>
    public sealed override Tensor forward(Tensor images)
    {
        Check(images);
        return cache is not null && training && cache.Takes(images) && parameters().Any(p => p.requires_grad) ? cache.Encode(images, Pass) : Pass(images);
    }

    /// <summary>
    /// Features, and what stood at each position of the pictures just before it became one vector: a leaf of the graph that leads from there to the features.
    /// </summary>
    /// <returns>(B, <see cref="Width"/>) and (B, C, h, w).</returns>
    /// <exception cref="ArgumentException">The pictures do not fit the architecture.</exception>
    internal (Tensor Features, Tensor Positions) FromPositions(Tensor images)
    {
        Check(images);
        using var scope = NewDisposeScope();
        positions.Value = (true, null);
        try
        {
            var features = Pass(images);
            var found = positions.Value.Found ?? throw new InvalidOperationException($"{GetName()} does not say where its positions are.");
            scope.Attach(found);
            return (features.MoveToOuterDisposeScope(), found.MoveToOuterDisposeScope());
        }
        finally
        {
            positions.Value = default;
        }
    }

    /// <summary>Whether a backbone's <see cref="Encode"/> has to call <see cref="Mark"/> now; it may do so always.</summary>
    private protected bool Marks => positions.Value.Wanted;

    /// <summary>To be called by <see cref="Encode"/> on the last maps (B, C, h, w) whose positions are those of the picture, and gone on with what it returns. <see cref="Average"/> does.</summary>
    private protected Tensor Mark(Tensor maps)
    {
        if (!Marks) return maps;
        var leaf = maps.detach().requires_grad_().DetachFromDisposeScope();
        positions.Value = (true, leaf);
        return leaf;
    }

    /// <summary>Whether what a picture gets depends, while training, on the others that pass with it.</summary>
    public bool HasBatchNorm => modules().Any(module => module is BatchNorm);

    /// <summary>
    /// Keeps activations for so many pictures only, whatever comes in while training (see <see cref="GradientCache"/>). After the loss's own backward pass,
    /// <see cref="Backpropagate"/> finishes it. Without batch norms the gradients are those of the whole batch; batch norms see a part at a time.
    /// </summary>
    /// <param name="chunk">Most pictures at a time, at least 2; null for all.</param>
    public void CacheGradients(int? chunk)
    {
        cache?.Dispose();
        cache = chunk is { } size ? new GradientCache(size) : null;
    }

    /// <summary>Finishes a backward pass where gradients are cached; else there is nothing to do.</summary>
    public void Backpropagate()
    {
        if (cache is null) return;
        // The parts pass a second time, and count once.
        using var scope = NewDisposeScope();
        var statistics = buffers().Select(buffer => (buffer, buffer.clone())).ToArray();
        cache.Backpropagate(Pass);
        using var ungraded = no_grad();
        foreach (var (buffer, before) in statistics) buffer.copy_(before);
    }

    /// <summary>
    /// Takes batch norms into the convolutions before them until the result is disposed of: fewer operations where nothing is trained. Features differ by rounding.
    /// Nothing may be trained and no weights loaded meanwhile.
    /// </summary>
    public IDisposable Folded() => new Folding([.. modules().OfType<ConvolutionLayer>()]);

    /// <summary>The same for good, in the memory of the convolutions' own weights: for an encoder that will only ever answer. It can neither be saved nor trained afterwards.</summary>
    public void FoldForGood()
    {
        foreach (var layer in modules().OfType<ConvolutionLayer>()) layer.FoldForGood();
    }

    /// <summary>Memory of its weights and buffers, in bytes, with what folding for good put beside them.</summary>
    public long Bytes =>
        parameters().Cast<Tensor>().Concat(buffers()).Sum(tensor => tensor.numel() * tensor.element_size()) + modules().OfType<ConvolutionLayer>().Sum(layer => layer.Extra);

    /// <summary>Says what is wrong with an input; see <see cref="CheckInput"/>.</summary>
    private protected abstract void Check(Tensor images);

    /// <summary>The network itself, from pictures that passed <see cref="Check"/>.</summary>
    private protected abstract Tensor Encode(Tensor images);

    /// <summary>Global average pooling: (B, C, H, W) to (B, C), in float32 at least.</summary>
    private protected Tensor Average(Tensor maps)
    {
        maps = Mark(maps);
        return arithmetic is null ? maps.mean([2, 3]) : maps.mean([2, 3], type: float32);
    }

    Tensor Pass(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Encode(ChannelsLast(images)).to(images.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The same numbers with the channels of a pixel side by side: convolutions take a tenth less time then, pooling seven eighths.</summary>
    static Tensor ChannelsLast(Tensor images)
    {
        // One channel lies side by side with itself; only the strides must say so for the layers to go on like that.
        var (height, width) = (images.size(2), images.size(3));
        return images.size(1) == 1
            ? images.contiguous().view(images.size(0), height, width, 1).permute(0, 3, 1, 2)
            : images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    /// <summary>Draws the initial weights. Each architecture's are those of its torchvision counterpart.</summary>
    private protected virtual void Initialize(Generator random) => Initialization.Kaiming(this, random);

    internal void InitializeFrom(Generator random) => Initialize(random);

    /// <summary>Says what is wrong with an input before a layer somewhere inside says it in its own words.</summary>
    /// <exception cref="ArgumentException">The input is not (B, <paramref name="channels"/>, H, W) with sides of at least <paramref name="smallest"/>, multiples of <paramref name="multiple"/>.</exception>
    private protected void CheckInput(Tensor images, int channels, int smallest, int multiple = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() == 4 && images.size(1) == channels && Fits(images.size(2)) && Fits(images.size(3))) return;
        throw new ArgumentException(
            $"{GetName()} takes pictures of shape (B, {channels}, H, W) with sides of at least {smallest} px{(multiple > 1 ? $", multiples of {multiple}" : "")}, not ({string.Join(", ", images.shape)}).",
            nameof(images));

        bool Fits(long side) => side >= smallest && side % multiple == 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            cache?.Dispose();
            positions.Dispose();
        }

        base.Dispose(disposing);
    }

    bool IsFrozen(string name) => frozen.Any(part => part.Length == 0 || name == part || name.StartsWith(part + '.', StringComparison.Ordinal));

    sealed class Folding : IDisposable
    {
        readonly ConvolutionLayer[] layers;

        public Folding(ConvolutionLayer[] layers)
        {
            this.layers = layers;
            foreach (var layer in layers) layer.Fold();
        }

        public void Dispose()
        {
            foreach (var layer in layers) layer.Unfold();
        }
    }
}
