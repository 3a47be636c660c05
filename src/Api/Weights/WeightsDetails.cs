using ContrastiveService.Storage.Weights;
using ContrastiveService.Training.Weights;

namespace ContrastiveService.Api.Weights;

/// <summary>Uploaded weights with every tensor.</summary>
/// <param name="Content">The tensors by name; those of a checkpoint's containers are named by the keys that lead to them.</param>
public sealed record WeightsDetails(
    string Name, string Format, int Tensors, long Parameters, long Bytes, string Sha256, long UploadBytes, string UploadSha256, DateTime CreatedAt,
    IReadOnlyList<TensorView> Content)
{
    public static WeightsDetails Of(StoredWeights w, SafeTensorsHeader header) => new(
        w.Name, w.Format, w.Tensors, w.Parameters, w.Bytes, w.Sha256, w.UploadBytes, w.UploadSha256, w.CreatedAt,
        [.. header.Tensors.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TensorView(t.Name, t.DtypeName, t.Shape))]);
}
