namespace ContrastiveService.Storage.Weights;

/// <summary>Uploaded weights. <c>Bytes</c> and <c>Sha256</c> are those of the safetensors kept; <c>UploadBytes</c> and <c>UploadSha256</c> those of the file that came.</summary>
public sealed record StoredWeights(
    Guid Id, string Name, string Format, int Tensors, long Parameters, long Bytes, string Sha256, long UploadBytes, string UploadSha256, DateTime CreatedAt);
