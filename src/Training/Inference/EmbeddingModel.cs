using System.Runtime.InteropServices;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Views;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Inference;

/// <summary>A trained encoder that answers. Calls may come from several threads at a time; each must run to its end on the thread that began it.</summary>
public sealed class EmbeddingModel : IDisposable
{
    private readonly Backbone encoder;
    private readonly Device device;

    private EmbeddingModel(Backbone encoder, Preprocessing preprocessing, Device device)
    {
        this.encoder = encoder;
        this.device = device;
        Preprocessing = preprocessing;
        Bytes = encoder.Bytes;
    }

    /// <summary>The transform that pictures need.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Width of an embedding.</summary>
    public int Width => encoder.Width;

    /// <summary>Pictures at a time that it is fastest with, about: as many as keep a GPU busy, as few as leave a layer's maps in a processor's cache.</summary>
    public int BestBatch => FeatureExtractor.BestBatch(device, Preprocessing.Size);

    /// <summary>Memory of its weights and buffers, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Builds the network and loads its weights.</summary>
    /// <param name="plan">The plan it was trained by.</param>
    /// <param name="preprocessing">The transform of its model card.</param>
    /// <param name="weights">Safetensors, seekable; a whole checkpoint will do.</param>
    /// <param name="device">Where it is to run.</param>
    /// <exception cref="WeightsException">The weights do not fit.</exception>
    public static EmbeddingModel Load(TrainingPlan plan, Preprocessing preprocessing, Stream weights, Device device)
    {
        // A parameter is made of a tensor that stays behind with the same memory until a finaliser comes for it: unloading would give nothing back till then.
        using var scope = NewDisposeScope();
        var encoder = BackboneCatalog.Create(plan.Backbone, plan.Channels, plan.ImageSize, plan.Seed);
        try
        {
            var header = SafeTensors.ReadHeader(weights);
            ModuleState.Load(encoder, weights, header, "backbone.");
            encoder.to(device);
            encoder.eval();
            // Nothing is trained here: gradients are only asked of what stands at positions.
            encoder.Freeze(encoder.Stages.Count);
            encoder.FoldForGood();
            foreach (var tensor in encoder.parameters().Concat(encoder.buffers()))
                tensor.DetachFromDisposeScope();
            return new(encoder, preprocessing, device);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Embeds decoded pictures.</summary>
    /// <param name="chw">Each channels × size × size bytes, as <see cref="Data.ImageDecoder.Decode"/> writes them for <see cref="Preprocessing"/>.</param>
    /// <returns>One vector of <see cref="Width"/> each, of length 1 (or all zeros when the network gives zeros).</returns>
    /// <exception cref="ArgumentException">A picture has another number of bytes.</exception>
    public float[][] Embed(IReadOnlyList<byte[]> chw)
    {
        if (chw.Count == 0)
            return [];
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var unit = nn.functional.normalize(encoder.forward(Normalized(chw)), dim: 1).cpu().contiguous(); // (n, d)
        var values = MemoryMarshal.Cast<byte, float>(unit.bytes);
        var vectors = new float[chw.Count][];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = values.Slice(i * Width, Width).ToArray();
        return vectors;
    }

    /// <summary>Embeds two decoded pictures and says which of their parts make them alike, in one pass.</summary>
    /// <exception cref="ArgumentException">A picture has another number of bytes.</exception>
    public PairExplanation Explain(byte[] a, byte[] b)
    {
        using var scope = NewDisposeScope();
        return PairExplanation.Of(encoder, Normalized([a, b]));
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    private Tensor Normalized(IReadOnlyList<byte[]> chw)
    {
        var (channels, size) = (Preprocessing.Channels, Preprocessing.Size);
        var each = channels * size * size;
        var flat = new byte[chw.Count * each];
        for (var i = 0; i < chw.Count; i++)
        {
            if (chw[i].Length != each)
                throw new ArgumentException($"Picture {i} has {chw[i].Length} bytes; {channels} × {size} × {size} = {each} are needed.", nameof(chw));
            chw[i].CopyTo(flat, i * each);
        }

        return Preprocessing.Normalize(frombuffer(flat, ScalarType.Byte).view(chw.Count, channels, size, size).to(device));
    }
}
