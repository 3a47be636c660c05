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
        var decoded = pictures.AsParallel().AsOrdered().Select(p => Decode(p, network)).ToArray();
        if (Array.Find(decoded, d => d.Fault is not null).Fault is { } fault)
            throw fault;
        var vectors = await inference.RunAsync(network, [.. decoded.Select(d => d.Chw!)], cancellationToken);
        return new Embedded(lease.Model.Name, network.Width, vectors, lease.Model.Card);
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
