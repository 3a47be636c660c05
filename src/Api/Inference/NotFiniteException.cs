namespace ContrastiveService.Api.Inference;

/// <summary>A network gave no finite numbers for a picture.</summary>
/// <param name="model">Which.</param>
sealed class NotFiniteException(string model) : Exception($"{model} gives no finite numbers for a picture.");
