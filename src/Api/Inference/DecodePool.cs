using System.Diagnostics;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>Decodes pictures beside the forward pass, as many at a time as there are processors, whoever asks for them.</summary>
sealed class DecodePool(IOptions<ApiOptions> options, InferenceMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim places = new(Environment.ProcessorCount);

    /// <summary>Time of one place for one picture.</summary>
    public ServiceRate Rate { get; } = new();

    /// <summary>Pictures that are decoded at the same time.</summary>
    public static int Places => Environment.ProcessorCount;

    /// <summary>All pictures for one network, in their order; one that cannot be read has a fault that names it.</summary>
    public async Task<Decoded[]> DecodeAsync(IReadOnlyList<Picture> pictures, Preprocessing preprocessing, CancellationToken stop)
    {
        if (pictures.Count == 1)
            return [await OneAsync(pictures[0], preprocessing, stop)];
        var decoded = new Decoded[pictures.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, pictures.Count), new ParallelOptions { MaxDegreeOfParallelism = Places, CancellationToken = stop },
            async (i, own) => decoded[i] = await OneAsync(pictures[i], preprocessing, own));
        return decoded;
    }

    public void Dispose() => places.Dispose();

    private async Task<Decoded> OneAsync(Picture picture, Preprocessing preprocessing, CancellationToken stop)
    {
        if (picture.Fault is not null)
            return new([], picture.Fault);
        await places.WaitAsync(stop);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var chw = new byte[preprocessing.Channels * preprocessing.Size * preprocessing.Size];
            PictureLimits.Decode(picture.Bytes, preprocessing.Size, preprocessing.Channels, chw, options.Value);
            return new(chw, null);
        }
        catch (ImageFormatException e)
        {
            return new([], ApiException.BadRequest(picture.Param, $"{picture.Param} cannot be read as a picture. {e.Message}", "invalid_image"));
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(start);
            Rate.Observe(1, took);
            metrics.Decoded(took);
            places.Release();
        }
    }
}
