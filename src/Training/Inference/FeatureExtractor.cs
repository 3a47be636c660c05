using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Inference;

/// <summary>Features of stored pictures under the test-time transform, batch by batch.</summary>
internal static class FeatureExtractor
{
    /// <summary>On a GPU as many as keep it busy; on a processor as few as leave a layer's maps in its cache.</summary>
    private const long PixelsPerBatch = 256L * 64 * 64, PixelsInCache = 128L * 28 * 28;

    /// <summary>Pictures at a time.</summary>
    public static int BestBatch(Device device, int size) => (int)Math.Clamp((device.type == DeviceType.CPU ? PixelsInCache : PixelsPerBatch) / ((long)size * size), 8, 512);

    /// <summary>Encodes without gradient, in evaluation mode; the encoder is left in evaluation mode.</summary>
    /// <param name="indices">Positions in the store.</param>
    /// <returns>(n, width) float32 on the device.</returns>
    /// <exception cref="OperationCanceledException">Between two batches.</exception>
    public static Tensor Encode(Backbone encoder, Preprocessing preprocessing, ImageStore images, long[] indices, Device device, CancellationToken stop)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        encoder.eval();
        using var folded = encoder.Folded();
        var batch = BestBatch(device, images.Size);
        var parts = new List<Tensor>();
        foreach (var chunk in indices.Chunk(batch))
        {
            stop.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            parts.Add(encoder.forward(preprocessing.Normalize(images.Gather(chunk).to(device))).MoveToOuterDisposeScope());
        }

        return (parts.Count > 0 ? cat(parts) : zeros(0, encoder.Width, device: device)).MoveToOuterDisposeScope();
    }
}
