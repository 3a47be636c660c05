namespace ContrastiveService.Api.Inference;

/// <summary>A network gave no finite numbers for a picture.</summary>
/// <param name="model">Which.</param>
/// <param name="position">The picture's among those that were given together.</param>
sealed class NotFiniteException(string model, int position) : Exception($"{model} gives no finite numbers for a picture.")
{
    public string Model => model;

    public int Position => position;
}
