using System.Security.Cryptography;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Weights;
using ContrastiveService.Training.Weights;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Weights;

/// <summary>Takes weights in: to disk, to safetensors, to the database. Memory stays flat.</summary>
sealed class WeightsDesk(WeightsStore store, IOptions<ApiOptions> options)
{
    /// <exception cref="ApiException">400: no valid name, or weights that cannot be read. 415: no file of weights.</exception>
    /// <exception cref="NameTakenException">The name is in use.</exception>
    public async Task<WeightsDetails> ReceiveAsync(string? name, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (!ResourceName.IsValid(name))
            throw ApiException.BadRequest(
                "name", "name is needed, as in POST /api/v1/weights?name=my-weights: letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.");
        // Before gigabytes are sent for nothing; what counts is the database's answer at the end.
        if (await store.GetAsync(name!, cancellationToken) is not null)
            throw new NameTakenException($"There are weights named '{name}' already, and weights never change. Choose another name, or delete those.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = options.Value.MaxWeightsBytes;

        var folder = Directory.CreateDirectory(Path.Combine(options.Value.SpoolPath, $"weights-{Guid.NewGuid():N}"));
        try
        {
            return await StoreAsync(name!, folder.FullName, context.Request, cancellationToken);
        }
        catch (WeightsException e)
        {
            throw ApiException.BadRequest("file", e.Message, "invalid_weights");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<WeightsDetails> StoreAsync(string name, string folder, HttpRequest request, CancellationToken cancellationToken)
    {
        var upload = Path.Combine(folder, "upload");
        var sha256 = await SpoolAsync(request, upload, cancellationToken);
        await using var file = File.OpenRead(upload);
        var format = WeightsSniffer.Sniff(file);
        if (format == WeightsFormat.Unknown)
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_weights",
                $"{(file.Length == 0 ? "The upload is empty." : "The upload is no file of weights that is read.")} What is read: safetensors, and .pth files that torch.save wrote.");

        await using var safeTensors = format == WeightsFormat.SafeTensors ? file : await ConvertAsync(file, Path.Combine(folder, "safetensors"), cancellationToken);
        safeTensors.Position = 0;
        var header = SafeTensors.ReadHeader(safeTensors);
        if (header.Tensors.Count == 0)
            throw new WeightsException("There are no tensors in this file.");
        safeTensors.Position = 0;
        var weights = new NewWeights(name, format.ToString().ToLowerInvariant(), header.Tensors.Count, header.Tensors.Sum(t => t.Count), file.Length, sha256);
        return WeightsDetails.Of(await store.CreateAsync(weights, safeTensors, cancellationToken), header);
    }

    private async Task<FileStream> ConvertAsync(FileStream torch, string path, CancellationToken cancellationToken)
    {
        var target = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        try
        {
            // Off the request's thread: large files take seconds.
            await Task.Run(() => TorchWeights.Convert(torch, target, options.Value.MaxWeightsBytes), cancellationToken);
            await target.FlushAsync(cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <returns>SHA-256 of the file.</returns>
    private static async Task<byte[]> SpoolAsync(HttpRequest request, string path, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
            return await SpoolAsync(request.Body, path, cancellationToken);
        byte[]? sha256 = null;
        await foreach (var (field, _, content) in FormFiles.ReadAsync(request, cancellationToken))
        {
            if (sha256 is not null)
                throw ApiException.BadRequest(field, "The form has more than one file. Send weights one file at a time.");
            sha256 = await SpoolAsync(content, path, cancellationToken);
        }

        return sha256 ?? throw ApiException.BadRequest("file", "The form has no file.");
    }

    private static async Task<byte[]> SpoolAsync(Stream body, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return hash.GetHashAndReset();
    }
}
