using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Background;

/// <summary>Embeds pictures for which nobody waits: a picture that cannot be embedded is no matter of the others.</summary>
sealed class BackgroundEmbedder(Embedder embedder)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>For each picture a vector of length 1, or else the reason why there is none.</returns>
    public async Task<IReadOnlyList<(float[]? Vector, string? Problem)>> EmbedAsync(ModelVersion version, IReadOnlyList<byte[]> pictures, CancellationToken cancellationToken)
    {
        if (pictures.Count == 0)
            return [];
        var embedded = await TryAsync(version, pictures, cancellationToken);
        return [.. Enumerable.Range(0, pictures.Count).Select(i => embedded.Faults[i] is { } fault ? (null, fault.Message) : Unit(embedded.Vectors[i]))];
    }

    private async Task<Embedded> TryAsync(ModelVersion version, IReadOnlyList<byte[]> pictures, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await embedder.EmbedAsync(version, [.. pictures.Select(bytes => new Picture("picture", bytes))], cancellationToken, ErrorHandling.Report);
            }
            catch (ApiException e) when (e.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                // Callers who wait for an answer come first.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static (float[]? Vector, string? Problem) Unit(float[] vector)
    {
        try
        {
            return (VectorFormat.Unit(vector), null);
        }
        catch (VectorException e)
        {
            return (null, e.Message);
        }
    }
}
