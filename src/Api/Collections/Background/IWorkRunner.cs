using ContrastiveService.Storage.Leases;

namespace ContrastiveService.Api.Collections.Background;

/// <summary>Does one kind of background work.</summary>
interface IWorkRunner<T>
    where T : class, IClaimedWork
{
    /// <summary>What it does, for logs.</summary>
    string Name { get; }

    /// <summary>How things stand when it fails in the middle.</summary>
    string Remains { get; }

    /// <summary>Does claimed work from where it stands.</summary>
    /// <returns>Whether it came to its end; false when the claim was lost.</returns>
    /// <exception cref="Errors.ApiException">It cannot be done; the message is the work's error.</exception>
    /// <exception cref="Storage.NotFoundException">What it needs is gone; likewise.</exception>
    Task<bool> RunAsync(T work, CancellationToken cancellationToken);

    /// <summary>There is nothing to do just now: time to tidy up.</summary>
    Task RestAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
