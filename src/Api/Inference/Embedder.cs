using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Models;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>Pictures in, unit vectors out, whichever door they came through.</summary>
sealed partial class Embedder(
    ModelCache cache, Admission admission, DecodePool decoding, InferenceThreads inference, InferenceMetrics metrics, IOptions<ApiOptions> options, IHttpContextAccessor http, ILogger<Embedder> logger)
{
    /// <summary>Embeds pictures.</summary>
    /// <param name="version">By which model.</param>
    /// <param name="pictures">At least one.</param>
    /// <param name="stop">The caller went away.</param>
    /// <param name="handling">Whether one that cannot be embedded refuses all.</param>
    /// <exception cref="ApiException">A picture cannot be embedded; it is named. Or this cannot be done in time.</exception>
    public async Task<Embedded> EmbedAsync(ModelVersion version, IReadOnlyList<Picture> pictures, CancellationToken stop, ErrorHandling handling = ErrorHandling.Refuse)
    {
        var caller = Caller.Of(http.HttpContext, pictures.Count, options.Value);
        using var lease = await cache.LeaseAsync(version, stop);
        var (model, preprocessing) = (lease.Model, lease.Model.Network.Preprocessing);
        var secondsEach = Math.Max(model.Rate.Seconds / inference.Count, decoding.Rate.Seconds / DecodePool.Places);
        var size = Math.Clamp(Math.Min(options.Value.InferenceBatch, model.Network.BestBatch), 1, Math.Max(1, (pictures.Count + inference.Count - 1) / inference.Count));
        using var seats = admission.Admit(caller, pictures.Count, (long)preprocessing.Size * preprocessing.Size, secondsEach);
        var start = Stopwatch.GetTimestamp();
        // In pieces, so that the first goes through the network while the next is decoded, and a small request need not wait for the whole of a large one.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (vectors, faults) = (new float[pictures.Count][], new ItemFaults(handling));
        Array.Fill(vectors, []);
        var pieces = new List<(int[] Places, Task<InferenceResult> Result)>();
        try
        {
            for (var at = 0; at < pictures.Count; at += size)
            {
                var decoded = await decoding.DecodeAsync([.. pictures.Skip(at).Take(size)], preprocessing, stop);
                foreach (var (i, picture) in decoded.Index())
                    if (picture.Fault is not null)
                        faults.Add(at + i, picture.Fault);
                var good = decoded.Index().Where(d => d.Item.Fault is null).ToArray();
                if (good.Length > 0)
                    pieces.Add(([.. good.Select(d => at + d.Index)], inference.RunAsync(caller, model, [.. good.Select(d => d.Item.Chw)], end.Token)));
            }

            var ready = Stopwatch.GetElapsedTime(start);
            var results = await Task.WhenAll(pieces.Select(piece => piece.Result));
            ThrowIfBroken(results);
            foreach (var (places, result) in pieces.Select(piece => piece.Places).Zip(results))
                foreach (var (i, place) in places.Index())
                {
                    vectors[place] = result.Vectors[i];
                    if (result.Faults.TryGetValue(i, out var fault))
                        faults.Add(place, Describe(fault, model, pictures[place].Param));
                }

            var timings = Split(ready, Stopwatch.GetElapsedTime(start), results.Length == 0 ? TimeSpan.Zero : results[^1].Forward);
            return new Embedded(model.Name, model.Network.Width, vectors, faults, model.Card, timings);
        }
        catch
        {
            await end.CancelAsync(); // what still waits is of no use any more
            await Task.WhenAll(pieces.Select(piece => piece.Result)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Compares two pictures and says which of their parts make them alike, in one pass.</summary>
    /// <exception cref="ApiException">A picture cannot be embedded, or this cannot be done in time.</exception>
    public async Task<Explained> ExplainAsync(ModelVersion version, Picture a, Picture b, CancellationToken stop)
    {
        var caller = Caller.Of(http.HttpContext, 2, options.Value);
        using var lease = await cache.LeaseAsync(version, stop);
        var (model, preprocessing) = (lease.Model, lease.Model.Network.Preprocessing);
        // Both go together, through one thread.
        using var seats = admission.Admit(
            caller, 2, (long)preprocessing.Size * preprocessing.Size, Math.Max(model.Rate.Seconds, decoding.Rate.Seconds / DecodePool.Places));
        var start = Stopwatch.GetTimestamp();
        var decoded = Array.ConvertAll(await decoding.DecodeAsync([a, b], preprocessing, stop), picture => picture.Require());
        var ready = Stopwatch.GetElapsedTime(start);
        var (explanation, waited, forward) = await inference.RunAsync(
            caller,
            () =>
            {
                var began = Stopwatch.GetElapsedTime(start);
                var made = model.Network.Explain(decoded[0], decoded[1]);
                return (made, began - ready, Stopwatch.GetElapsedTime(start) - began);
            },
            stop, pictures: 2);
        metrics.Waited(waited);
        metrics.Ran(2, forward);
        foreach (var (picture, vector) in new[] { (a, explanation.VectorA), (b, explanation.VectorB) })
            if (!float.IsFinite(vector.Sum()))
                throw Describe(new NotFiniteException(model.Name), model, picture.Param);
        return new(model.Name, explanation, decoded[0], decoded[1], preprocessing, model.Card, Split(ready, Stopwatch.GetElapsedTime(start), forward));
    }

    /// <summary>Where a network fails on every picture there is, it is not the pictures' fault.</summary>
    private static void ThrowIfBroken(InferenceResult[] results)
    {
        var faults = results.SelectMany(result => result.Faults.Values).Where(fault => fault is not NotFiniteException).ToArray();
        if (faults.Length > 0 && faults.Length == results.Sum(result => result.Vectors.Length))
            ExceptionDispatchInfo.Throw(faults[0]);
    }

    private ApiException Describe(Exception fault, LoadedModel model, string param)
    {
        if (fault is NotFiniteException)
            return new(StatusCodes.Status500InternalServerError, "not_finite", $"{model.Name} gives no finite numbers for {param}; other pictures are not to blame.", param);
        LogFailed(logger, fault, model.Name, param);
        return new(StatusCodes.Status500InternalServerError, "inference_failed", $"{model.Name} fails on {param} and not on the other pictures. The server's log has the reason.", param);
    }

    /// <summary>What came after the last picture was decoded is the last piece's waiting and its forward pass; earlier pieces passed meanwhile.</summary>
    private static Timings Split(TimeSpan decoded, TimeSpan whole, TimeSpan lastForward)
    {
        var after = whole - decoded;
        var forward = lastForward < after ? lastForward : after;
        return new(decoded, after - forward, forward);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Model {Model} failed on {Picture} alone")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model, string picture);
}
