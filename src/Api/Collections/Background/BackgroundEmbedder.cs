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
        try
        {
            var vectors = await TryAsync(version, pictures, cancellationToken);
            return [.. vectors.Select(vector => ((float[]?)VectorFormat.Unit(vector), (string?)null))];
        }
        catch (Exception e) when (IsOfOnePicture(e))
        {
            // One by one, to leave out only what cannot be embedded.
            if (pictures.Count == 1)
                return [(null, e.Message)];
            var found = new List<(float[]?, string?)>(pictures.Count);
            foreach (var picture in pictures)
                found.Add((await EmbedAsync(version, [picture], cancellationToken))[0]);
            return found;
        }
    }

    private async Task<float[][]> TryAsync(ModelVersion version, IReadOnlyList<byte[]> pictures, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await embedder.EmbedAsync(version, [.. pictures.Select(bytes => new Picture("picture", bytes))], cancellationToken)).Vectors;
            }
            catch (ApiException e) when (e.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                // Callers who wait for an answer come first.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static bool IsOfOnePicture(Exception e) => e is VectorException or ApiException { Status: StatusCodes.Status400BadRequest } or ApiException { Code: "not_finite" };
}
