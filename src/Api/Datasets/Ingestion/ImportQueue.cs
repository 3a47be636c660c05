using System.Collections.Concurrent;
using System.Threading.Channels;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>The imports of this process: those under way, and those that are here and wait to be read.</summary>
sealed class ImportQueue
{
    private readonly Channel<ActiveImport> waiting = Channel.CreateUnbounded<ActiveImport>();
    private readonly ConcurrentDictionary<Guid, ActiveImport> active = new();

    public IEnumerable<ActiveImport> Active => active.Values;

    public void Begin(ActiveImport import) => active[import.Id] = import;

    public void Enqueue(ActiveImport import) => waiting.Writer.TryWrite(import);

    public IAsyncEnumerable<ActiveImport> TakeAsync(CancellationToken cancellationToken) => waiting.Reader.ReadAllAsync(cancellationToken);

    public void End(ActiveImport import)
    {
        active.TryRemove(import.Id, out _);
        import.Dispose();
    }
}
