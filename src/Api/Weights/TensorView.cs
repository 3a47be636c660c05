namespace ContrastiveService.Api.Weights;

/// <summary>A tensor of uploaded weights.</summary>
/// <param name="Dtype">Its element type as safetensors spells it, such as <c>F32</c>.</param>
public sealed record TensorView(string Name, string Dtype, IReadOnlyList<long> Shape);
