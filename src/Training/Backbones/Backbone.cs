using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// An encoder: pictures (B, C, H, W), float, in; one feature vector each, (B, <see cref="Width"/>), out.
/// A backbone in the <see cref="BackboneCatalog"/> has a public constructor <c>(BackbonePlan plan, int channels)</c>.
/// </summary>
public abstract class Backbone(string name, int width) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Width of a feature vector.</summary>
    public int Width { get; } = width;

    /// <summary>Says what is wrong with an input before a layer somewhere inside says it in its own words.</summary>
    /// <exception cref="ArgumentException">The input is not (B, <paramref name="channels"/>, H, W) with sides of at least <paramref name="smallest"/>.</exception>
    protected void CheckInput(Tensor images, int channels, int smallest)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() == 4 && images.size(1) == channels && images.size(2) >= smallest && images.size(3) >= smallest) return;
        throw new ArgumentException(
            $"{GetName()} takes pictures of shape (B, {channels}, H, W) with sides of at least {smallest} px, not ({string.Join(", ", images.shape)}).", nameof(images));
    }
}
