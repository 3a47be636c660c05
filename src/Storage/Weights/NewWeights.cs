namespace ContrastiveService.Storage.Weights;

/// <summary>Weights to store.</summary>
/// <param name="Name">Theirs, which nobody has yet.</param>
/// <param name="Format">What was uploaded: <c>safetensors</c> or <c>torch</c>.</param>
/// <param name="Tensors">How many tensors.</param>
/// <param name="Parameters">Elements of all.</param>
/// <param name="UploadBytes">Length of the file uploaded.</param>
/// <param name="UploadSha256">Its SHA-256.</param>
public sealed record NewWeights(string Name, string Format, int Tensors, long Parameters, long UploadBytes, byte[] UploadSha256);
