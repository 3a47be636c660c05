using System.Diagnostics;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>Pictures in, unit vectors out, whichever door they came through.</summary>
sealed class Embedder(ModelCache cache, Admission admission, DecodePool decoding, InferenceThreads inference, IOptions<ApiOptions> options, IHttpContextAccessor http)
{
    /// <exception cref="ApiException">A picture cannot be read, or this cannot be done in time.</exception>
    public async Task<Embedded> EmbedAsync(ModelVersion version, IReadOnlyList<Picture> pictures, CancellationToken stop)
    {
        var caller = Caller.Of(http.HttpContext, pictures.Count, options.Value);
        using var lease = await cache.LeaseAsync(version, stop);
        var (model, preprocessing) = (lease.Model, lease.Model.Network.Preprocessing);
        var each = Math.Max(model.Rate.Seconds / inference.Count, decoding.Rate.Seconds / DecodePool.Places);
        var size = Math.Clamp(Math.Min(options.Value.InferenceBatch, model.Network.BestBatch), 1, Math.Max(1, (pictures.Count + inference.Count - 1) / inference.Count));
        using var seats = admission.Admit(caller, pictures.Count, (long)preprocessing.Size * preprocessing.Size, each);
        var start = Stopwatch.GetTimestamp();
        // In pieces, so that the first goes through the network while the next is decoded, and a small request need not wait for the whole of a large one.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var pieces = new List<Task<InferenceResult>>();
        try
        {
            foreach (var piece in pictures.ToArray().Chunk(size))
                pieces.Add(inference.RunAsync(caller, model, await decoding.DecodeAsync(piece, preprocessing, stop), end.Token));
            var decoded = Stopwatch.GetElapsedTime(start);
            var results = await Task.WhenAll(pieces);
            return new Embedded(
                model.Name, model.Network.Width, [.. results.SelectMany(r => r.Vectors)], model.Card, Split(decoded, Stopwatch.GetElapsedTime(start), results[^1]));
        }
        catch (Exception e)
        {
            await end.CancelAsync(); // what still waits is of no use any more
            await Task.WhenAll(pieces).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (e is NotFiniteException && pieces.FindIndex(p => p.Exception?.InnerException is NotFiniteException) is >= 0 and var at
                && pieces[at].Exception!.InnerException is NotFiniteException fault)
            {
                var param = pictures[(at * size) + fault.Position].Param;
                throw new ApiException(StatusCodes.Status500InternalServerError, "not_finite", $"{fault.Message} It is {param}; the others are not to blame.", param);
            }

            throw;
        }
    }

    /// <summary>Says which parts of two pictures make them alike.</summary>
    /// <exception cref="ApiException">A picture cannot be read, or this cannot be done in time.</exception>
    public async Task<Explained> ExplainAsync(ModelVersion version, Picture a, Picture b, CancellationToken stop)
    {
        var caller = Caller.Of(http.HttpContext, 2, options.Value);
        using var lease = await cache.LeaseAsync(version, stop);
        var network = lease.Model.Network;
        using var seats = admission.Admit(caller, 2, (long)network.Preprocessing.Size * network.Preprocessing.Size, lease.Model.Rate.Seconds);
        var decoded = await decoding.DecodeAsync([a, b], network.Preprocessing, stop);
        return new(await inference.RunAsync(caller, () => network.Explain(decoded[0], decoded[1]), stop), decoded[0], decoded[1], network.Preprocessing);
    }

    /// <summary>What came after the last picture was decoded is the last piece's waiting and its forward pass; earlier pieces passed meanwhile.</summary>
    private static Timings Split(TimeSpan decoded, TimeSpan whole, InferenceResult last)
    {
        var after = whole - decoded;
        var forward = last.Forward < after ? last.Forward : after;
        return new(decoded, after - forward, forward);
    }
}
