using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>An import that this process is busy with; its counters are written to the database by <see cref="ImportPulse"/>.</summary>
sealed class ActiveImport(DatasetImport row, ImportOptions options, string folder) : IDisposable
{
    private long received;
    private long done;

    public Guid Id => row.Id;

    public ImportOptions Options => options;

    /// <summary>Where its files are, for as long as it is active.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(folder, row.Id.ToString("N"))).FullName;

    /// <summary>What there is to read; null while it is still coming in.</summary>
    public ImportSource? Source { get; private set; }

    public bool Reading => Source is not null;

    public long BytesTotal { get; private set; }

    public long BytesReceived => Interlocked.Read(ref received);

    public long BytesDone => Interlocked.Read(ref done);

    public void Received(ImportSource source)
    {
        BytesTotal = source.Length;
        Source = source;
    }

    public void Receive(int bytes) => Interlocked.Add(ref received, bytes);

    public void Advance(long position) => Interlocked.Exchange(ref done, position);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
