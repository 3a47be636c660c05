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

    /// <summary>All pictures for one network; the first that cannot be read is the answer's fault.</summary>
    /// <returns>channels × size × size bytes each.</returns>
    /// <exception cref="ApiException">400: a picture cannot be read; it is named.</exception>
    public async Task<byte[][]> DecodeAsync(IReadOnlyList<Picture> pictures, Preprocessing preprocessing, CancellationToken stop)
    {
        if (pictures.Count == 1)
            return [await OneAsync(pictures[0], preprocessing, stop)];
        var (decoded, faults) = (new byte[pictures.Count][], new ApiException?[pictures.Count]);
        await Parallel.ForEachAsync(Enumerable.Range(0, pictures.Count), new ParallelOptions { MaxDegreeOfParallelism = Places, CancellationToken = stop }, async (i, own) =>
        {
            try
            {
                decoded[i] = await OneAsync(pictures[i], preprocessing, own);
            }
            catch (ApiException e)
            {
                faults[i] = e;
            }
        });
        return Array.Find(faults, fault => fault is not null) is { } first ? throw first : decoded;
    }

    public void Dispose() => places.Dispose();

    private async Task<byte[]> OneAsync(Picture picture, Preprocessing preprocessing, CancellationToken stop)
    {
        await places.WaitAsync(stop);
        var start = Stopwatch.GetTimestamp();
        try
        {
            PictureLimits.Identify(picture.Bytes, options.Value);
            var chw = new byte[preprocessing.Channels * preprocessing.Size * preprocessing.Size];
            ImageDecoder.Decode(picture.Bytes, preprocessing.Size, preprocessing.Channels, chw);
            return chw;
        }
        catch (ImageFormatException e)
        {
            throw ApiException.BadRequest(picture.Param, $"{picture.Param} cannot be read as a picture. {e.Message}", "invalid_image");
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
