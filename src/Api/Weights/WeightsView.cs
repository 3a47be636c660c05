using ContrastiveService.Storage.Weights;

namespace ContrastiveService.Api.Weights;

/// <summary>Uploaded weights.</summary>
/// <param name="Name">What a job calls them, as <c>backbone.pretrained</c>.</param>
/// <param name="Format">What was uploaded: <c>safetensors</c>, or <c>torch</c> for a .pth file. They are kept as safetensors.</param>
/// <param name="Tensors">How many tensors there are, those of optimizers included.</param>
/// <param name="Parameters">Elements of all of them.</param>
/// <param name="Bytes">Length of the safetensors.</param>
/// <param name="Sha256">Their SHA-256; that of the upload where safetensors were uploaded.</param>
/// <param name="UploadSha256">SHA-256 of the file that came.</param>
public sealed record WeightsView(
    string Name, string Format, int Tensors, long Parameters, long Bytes, string Sha256, long UploadBytes, string UploadSha256, DateTime CreatedAt)
{
    public static WeightsView Of(StoredWeights w) =>
        new(w.Name, w.Format, w.Tensors, w.Parameters, w.Bytes, w.Sha256, w.UploadBytes, w.UploadSha256, w.CreatedAt);
}
