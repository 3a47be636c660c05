using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Native;
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
        Entry? entry;
        var isNew = false;
        lock (gate)
        {
            if (isNew = !entries.TryGetValue(version.Id, out entry))
                entries.Add(version.Id, entry = new Entry(version.Id, Task.Run(() => loader.LoadAsync(version), CancellationToken.None)));
            entry!.Users++;
            entry.LastUsed = ++clock;
        }

        // It may come in beyond the budget, or not at all, when whoever asked for it has left.
        if (isNew)
            _ = entry.Model.ContinueWith(_ => Change(entry, () => { }), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            return new ModelLease(await entry.Model.WaitAsync(cancellationToken), () => Change(entry, () => entry.Users--));
        }
        catch
        {
            Change(entry, () => entry.Users--);
            throw;
        }
    }

    /// <summary>
    /// Gives all that are in memory now, to look at and not to use: nothing is loaded, and who goes first stays as it is. One whose turn it is to go meanwhile goes when its lease
    /// is disposed, and none goes in its place.
    /// </summary>
    public IReadOnlyList<ModelLease> LeaseLoaded()
    {
        lock (gate)
        {
            return [.. entries.Values.Where(e => e.IsLoaded).Select(entry =>
            {
                entry.Watchers++;
                return new ModelLease(entry.Model.Result, () => Change(entry, () => entry.Watchers--));
            })];
        }
    }

    public void Dispose()
    {
        lock (gate)
            foreach (var entry in entries.Values.Where(e => e is { IsLoaded: true, Users: 0, Watchers: 0 }))
                entry.Model.Result.Dispose();
    }

    private void Change(Entry entry, Action change)
    {
        List<LoadedModel> going;
        lock (gate)
        {
            change();
            // The next caller tries a failed load again.
            if (entry.Model.IsFaulted && entries.GetValueOrDefault(entry.VersionId) == entry)
                entries.Remove(entry.VersionId);
            going = BeyondBudget();
        }

        foreach (var model in going)
            model.Dispose();
        if (going.Count > 0)
            NativeHeap.Trim();
    }

    /// <summary>Takes out what has to make room.</summary>
    private List<LoadedModel> BeyondBudget()
    {
        var going = new List<LoadedModel>();
        var loaded = entries.Values.Where(e => e.IsLoaded).ToList();
        var bytes = loaded.Sum(e => e.Model.Result.Network.Bytes);
        while (bytes > options.Value.ModelMemoryBytes && loaded.Where(e => e.Users == 0).MinBy(e => e.LastUsed) is { Watchers: 0 } oldest)
        {
            entries.Remove(oldest.VersionId);
            loaded.Remove(oldest);
            going.Add(oldest.Model.Result);
            bytes -= oldest.Model.Result.Network.Bytes;
        }

        metrics.Loaded(loaded.Count, bytes);
        return going;
    }

    private sealed class Entry(Guid versionId, Task<LoadedModel> model)
    {
        public Guid VersionId => versionId;

        public Task<LoadedModel> Model => model;

        public bool IsLoaded => model.IsCompletedSuccessfully;

        /// <summary>Who computes with it.</summary>
        public int Users { get; set; }

        /// <summary>Who only looks whether it is well.</summary>
        public int Watchers { get; set; }

        public long LastUsed { get; set; }
    }
}
