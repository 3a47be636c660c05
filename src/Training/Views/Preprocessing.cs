using ContrastiveService.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>
/// What a picture goes through before the encoder when nothing is random: brought to a square, then standardised per channel. One function for the trainer's
/// evaluation and for the server; stored with the model.
/// </summary>
/// <param name="Size">Side of the square, in pixels.</param>
/// <param name="Channels">1 (grey) or 3 (colour).</param>
/// <param name="Mean">Mean of each channel of the training pictures, in [0, 1].</param>
/// <param name="Std">Standard deviation of each channel, in the same unit.</param>
public sealed record Preprocessing(int Size, int Channels, double[] Mean, double[] Std)
{
    /// <summary>uint8 (B, C, H, W) in; float (B, C, H, W), (x / 255 − mean) / std, out, on the same device.</summary>
    /// <exception cref="ArgumentException">The pictures have another type, rank or number of channels.</exception>
    public Tensor Normalize(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Standardize(ToUnit(images)).MoveToOuterDisposeScope();
    }

    /// <summary>uint8 in [0, 255] to float in [0, 1].</summary>
    internal Tensor ToUnit(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dtype != ScalarType.Byte || images.dim() != 4 || images.size(1) != Channels)
            throw new ArgumentException($"Pictures are uint8 of shape (B, {Channels}, H, W), not {images.dtype} of shape ({string.Join(", ", images.shape)}).", nameof(images));
        return images.to(float32).div_(Scalars.MaxByte);
    }

    /// <summary>Changes float pictures in [0, 1] in place.</summary>
    internal Tensor Standardize(Tensor images) => images.add_(PerChannel([.. Mean.Select(mean => -mean)], images.device), Scalars.One).div_(PerChannel(Std, images.device));

    static Tensor PerChannel(double[] values, Device device) => tensor(values, dtype: float32, device: device).view(1, -1, 1, 1);
}
