using System.Collections.Concurrent;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Models;

/// <summary>
/// What references mean when they are asked for, for callers of a network. A version never changes and is read once. Where an alias points may be known for <see cref="MostAge"/> before
/// the database is asked again, and whoever moves one through the service waits that long for the answer: so a move that was answered is seen by every later request, in whichever process.
/// </summary>
sealed class ModelDirectory(ModelStore models)
{
    /// <summary>How old it may be what an alias is taken to mean.</summary>
    public static readonly TimeSpan MostAge = TimeSpan.FromMilliseconds(25);

    // Plans and cards are some kilobytes each.
    private const int Kept = 1000;

    private readonly RecentAnswers<string, Guid> references = new(reference => models.ResolveIdAsync(reference, CancellationToken.None), MostAge, TimeProvider.System);
    private readonly ConcurrentDictionary<Guid, ModelVersion> versions = [];

    /// <summary>Waits until nobody takes an alias for what it was when this was called.</summary>
    public static Task ForgottenAsync(CancellationToken cancellationToken) => Task.Delay(MostAge + TimeSpan.FromMilliseconds(1), cancellationToken);

    /// <summary>Finds the version that <c>name</c>, <c>name:version</c> or <c>name@alias</c> means. Which aliases it had is not kept up to date.</summary>
    /// <exception cref="ApiException">It is missing, or there is none.</exception>
    public async Task<ModelVersion> RequireAsync(string? reference, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reference))
            throw ApiException.BadRequest("model", "model is needed: name, name:version or name@alias. GET /api/v1/models lists the models.");
        var id = await references.AskAsync(reference, cancellationToken)
            ?? throw ApiException.NotFound(
                "model_not_found",
                $"The model '{reference}' does not exist. GET /api/v1/models lists the models; a reference is name, name:version or name@alias.", "model");
        return await GetAsync(id, cancellationToken) ?? throw new InvalidOperationException($"Version {id} of '{reference}' is gone.");
    }

    /// <returns>Null when there is no such version.</returns>
    public async Task<ModelVersion?> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        if (versions.TryGetValue(id, out var known))
            return known;
        if (await models.GetAsync(id, cancellationToken) is not { } version)
            return null;
        if (versions.Count >= Kept)
            versions.Clear();
        return versions[id] = version;
    }
}
