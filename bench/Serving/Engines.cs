using System.Runtime.InteropServices;
using ContrastiveService.Bench.Serving.Networks;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Views;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Serving;

/// <summary>The same network by the service's own code, by plain TorchSharp, and by ONNX Runtime, each with a batch on every processor and with all processors on one.</summary>
internal sealed class Engines : IDisposable
{
    private readonly Preprocessing preprocessing;
    private readonly List<InferenceSession> sessions = [];

    public Engines(EmbeddingModel ours, string backbone, IReadOnlyDictionary<string, Tensor> weights)
    {
        preprocessing = ours.Preprocessing;
        var plain = new PlainNetwork(weights);
        var onnx = OnnxNetwork.Write(backbone, weights, preprocessing.Channels, preprocessing.Size, ours.Width);
        All =
        [
            .. Both("ours", _ => ours.Embed),
            .. Both("plain TorchSharp", _ => chw => Plain(backbone, plain, chw)),
            .. Both("ONNX Runtime", threads => Onnx(onnx, threads, ours.Width)),
        ];
    }

    public IReadOnlyList<Engine> All { get; }

    public void Dispose() => sessions.ForEach(session => session.Dispose());

    private static IEnumerable<Engine> Both(string name, Func<int, Func<byte[][], float[][]>> make)
    {
        yield return new Engine(name, apart: true, () => Compute.UseThreads(1, pin: false), make(1));
        yield return new Engine(name, apart: false, () => Compute.UseThreads(Compute.AvailableThreads, pin: false), make(Environment.ProcessorCount));
    }

    private float[][] Plain(string backbone, PlainNetwork plain, byte[][] chw)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var pictures = frombuffer(Flat(chw), ScalarType.Byte).view(chw.Length, preprocessing.Channels, preprocessing.Size, preprocessing.Size);
        var unit = nn.functional.normalize(Architectures.Of(backbone, plain, preprocessing.Normalize(pictures)), dim: 1).contiguous();
        return Rows(MemoryMarshal.Cast<byte, float>(unit.bytes), (int)unit.size(1));
    }

    private Func<byte[][], float[][]> Onnx(byte[] model, int threads, int width)
    {
        var session = new InferenceSession(model, new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        });
        sessions.Add(session);
        return chw =>
        {
            var (channels, plane) = (preprocessing.Channels, preprocessing.Size * preprocessing.Size);
            var pictures = new float[chw.Length * channels * plane];
            for (var i = 0; i < chw.Length; i++)
                for (var c = 0; c < channels; c++)
                {
                    var (scale, shift) = ((float)(1 / (255 * preprocessing.Std[c])), (float)(-preprocessing.Mean[c] / preprocessing.Std[c]));
                    var from = chw[i].AsSpan(c * plane, plane);
                    var to = pictures.AsSpan(((i * channels) + c) * plane, plane);
                    for (var p = 0; p < plane; p++)
                        to[p] = (from[p] * scale) + shift;
                }

            using var input = OrtValue.CreateTensorValueFromMemory(pictures, [chw.Length, channels, preprocessing.Size, preprocessing.Size]);
            using var options = new RunOptions();
            using var output = session.Run(options, [OnnxNetwork.Input], [input], [OnnxNetwork.Output]);
            return Rows(output[0].GetTensorDataAsSpan<float>(), width);
        };
    }

    private static byte[] Flat(byte[][] chw)
    {
        var flat = new byte[chw.Length * chw[0].Length];
        for (var i = 0; i < chw.Length; i++)
            chw[i].CopyTo(flat, i * chw[0].Length);
        return flat;
    }

    private static float[][] Rows(ReadOnlySpan<float> values, int width)
    {
        var rows = new float[values.Length / width][];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = values.Slice(i * width, width).ToArray();
        return rows;
    }
}
