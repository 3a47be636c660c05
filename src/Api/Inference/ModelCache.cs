using ContrastiveService.Storage.Models;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>The models in memory: each is loaded once however many ask for it at a time, and the one used longest ago makes room when they take too much.</summary>
sealed class ModelCache(ModelLoader loader, IOptions<ApiOptions> options, InferenceMetrics metrics) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];
    private long clock;

    /// <summary>Gives the model for as long as the lease is held.</summary>
    public async Task<ModelLease> LeaseAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (gate)
        {
            if (!entries.TryGetValue(version.Id, out entry!))
                entries.Add(version.Id, entry = new Entry(version.Id, Task.Run(() => loader.LoadAsync(version), CancellationToken.None)));
            entry.Users++;
            entry.LastUsed = ++clock;
        }

        try
        {
            var model = await entry.Model.WaitAsync(cancellationToken);
            lock (gate)
                Trim(); // it may have come in beyond the budget
            return new ModelLease(model, () => Release(entry));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    public void Dispose()
    {
        lock (gate)
            foreach (var entry in Unused())
                entry.Model.Result.Dispose();
    }

    private void Release(Entry entry)
    {
        lock (gate)
        {
            entry.Users--;
            // The next caller tries a failed load again.
            if (entry.Model.IsFaulted && entries.TryGetValue(entry.VersionId, out var current) && current == entry)
                entries.Remove(entry.VersionId);
            Trim();
        }
    }

    private void Trim()
    {
        while (Bytes > options.Value.ModelMemoryBytes && Unused().MinBy(e => e.LastUsed) is { } oldest)
        {
            entries.Remove(oldest.VersionId);
            oldest.Model.Result.Dispose();
        }

        metrics.Loaded(Loaded().Count, Bytes);
    }

    /// <summary>Gives all that are in memory now, which does not count as using them: who goes first stays as it is, and nothing is loaded.</summary>
    public IReadOnlyList<ModelLease> LeaseLoaded()
    {
        lock (gate)
        {
            return [.. entries.Values.Where(e => e.Model.IsCompletedSuccessfully).Select(entry =>
            {
                entry.Users++;
                return new ModelLease(entry.Model.Result, () => Release(entry));
            })];
        }
    }

    private long Bytes => Loaded().Sum(model => model.Network.Bytes);

    private List<LoadedModel> Loaded() => [.. entries.Values.Where(e => e.Model.IsCompletedSuccessfully).Select(e => e.Model.Result)];

    private IEnumerable<Entry> Unused() => entries.Values.Where(e => e.Users == 0 && e.Model.IsCompletedSuccessfully);

    private sealed class Entry(Guid versionId, Task<LoadedModel> model)
    {
        public Guid VersionId => versionId;

        public Task<LoadedModel> Model => model;

        public int Users { get; set; }

        public long LastUsed { get; set; }
    }
}
