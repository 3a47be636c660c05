using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>Pictures in, unit vectors out, whichever door they came through.</summary>
sealed class Embedder(ModelCache cache, InferenceThread inference, IOptions<ApiOptions> options)
{
    /// <exception cref="ApiException">A picture cannot be read, or too many are waiting.</exception>
    public async Task<Embedded> EmbedAsync(ModelVersion version, IReadOnlyList<Picture> pictures, CancellationToken cancellationToken)
    {
        using var seats = inference.Reserve(pictures.Count);
        using var lease = await cache.LeaseAsync(version, cancellationToken);
        var network = lease.Model.Network;
        var vectors = await inference.RunAsync(network, Decode(pictures, network), cancellationToken);
        return new Embedded(lease.Model.Name, network.Width, vectors, lease.Model.Card);
    }

    /// <summary>Says which parts of two pictures make them alike.</summary>
    /// <exception cref="ApiException">A picture cannot be read, or too many are waiting.</exception>
    public async Task<Explained> ExplainAsync(ModelVersion version, Picture a, Picture b, CancellationToken cancellationToken)
    {
        using var seats = inference.Reserve(2);
        using var lease = await cache.LeaseAsync(version, cancellationToken);
        var network = lease.Model.Network;
        var decoded = Decode([a, b], network);
        return new(await inference.RunAsync(() => network.Explain(decoded[0], decoded[1]), cancellationToken), decoded[0], decoded[1], network.Preprocessing);
    }

    private byte[][] Decode(IReadOnlyList<Picture> pictures, EmbeddingModel network)
    {
        var decoded = pictures.AsParallel().AsOrdered().Select(p => Decode(p, network)).ToArray();
        return Array.Find(decoded, d => d.Fault is not null).Fault is { } fault ? throw fault : Array.ConvertAll(decoded, d => d.Chw!);
    }

    private (byte[]? Chw, ApiException? Fault) Decode(Picture picture, EmbeddingModel model)
    {
        try
        {
            PictureLimits.Identify(picture.Bytes, options.Value);
            var (size, channels) = (model.Preprocessing.Size, model.Preprocessing.Channels);
            var chw = new byte[channels * size * size];
            ImageDecoder.Decode(picture.Bytes, size, channels, chw);
            return (chw, null);
        }
        catch (ImageFormatException e)
        {
            return (null, ApiException.BadRequest(picture.Param, $"{picture.Param} cannot be read as a picture. {e.Message}", "invalid_image"));
        }
    }
}
