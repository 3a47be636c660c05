namespace ContrastiveService.Training.Data;

/// <summary>
/// Decodes pictures into a new <see cref="ImageStore"/>. Everything is written under temporary names and renamed at the end, the pixels last, so that a store
/// is whole or absent, whatever happens and whoever else builds the same one.
/// </summary>
public sealed class ImageStoreBuilder : IDisposable
{
    private const long FlushEvery = 32 << 20;

    private readonly string path;
    private readonly string temporary;
    private readonly int size;
    private readonly int channels;
    private readonly FileStream pixels;
    private readonly byte[] buffer;
    private readonly List<ImageRecord> records = [];
    private Task flushing = Task.CompletedTask;
    private long unflushed;

    /// <param name="path">Where the store will be; its folder is made if absent.</param>
    /// <param name="size">Side of the squares, in pixels.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="atMost">Pictures to take disk space for at once, so that a full disk shows at the start and others see what is taken; 0 where it is not known.</param>
    /// <exception cref="IOException">The disk has not that much space.</exception>
    public ImageStoreBuilder(string path, int size, int channels, long atMost = 0)
    {
        this.path = path;
        this.size = size;
        this.channels = channels;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        buffer = new byte[channels * size * size];
        pixels = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 1 << 20,
            PreallocationSize = atMost * buffer.Length,
        });
    }

    /// <summary>Whether a finished store lies there.</summary>
    public static bool Exists(string path) => File.Exists(path) && File.Exists(ImageStore.IndexPath(path));

    /// <summary>Pictures added so far.</summary>
    public int Count => records.Count;

    /// <summary>Decodes one picture and adds it.</summary>
    /// <exception cref="ImageFormatException">It cannot be decoded; nothing was added.</exception>
    public void Add(ImageRecord record, ReadOnlySpan<byte> encoded)
    {
        ImageDecoder.Decode(encoded, size, channels, buffer);
        Write(buffer);
        records.Add(record);
    }

    /// <summary>Adds one picture that needs no decoding.</summary>
    /// <param name="record">What is known of it.</param>
    /// <param name="chw">Channels × size × size bytes.</param>
    /// <exception cref="ArgumentException">It has another number of bytes; nothing was added.</exception>
    public void AddDecoded(ImageRecord record, ReadOnlySpan<byte> chw)
    {
        if (chw.Length != buffer.Length)
            throw new ArgumentException($"The picture has {chw.Length} bytes; {channels} × {size} × {size} = {buffer.Length} are needed.", nameof(chw));
        Write(chw);
        records.Add(record);
    }

    /// <summary>Puts the store in its place.</summary>
    public void Finish()
    {
        // Bytes before names: a power cut must not leave a store of the right length with nothing in it.
        flushing.GetAwaiter().GetResult();
        pixels.SetLength((long)records.Count * buffer.Length);
        pixels.Flush(flushToDisk: true);
        pixels.Dispose();
        var index = ImageStore.IndexPath(temporary);
        new ImageStoreIndex(size, channels, records).Write(index);
        File.Move(index, ImageStore.IndexPath(path), overwrite: true);
        File.Move(temporary, path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        flushing.ContinueWith(_ => { }, TaskScheduler.Default).Wait(); // it needs the file
        pixels.Dispose();
        File.Delete(temporary);
    }

    /// <summary>What was written goes to the disk while more is decoded, so that little is left to wait for at the end.</summary>
    private void Write(ReadOnlySpan<byte> chw)
    {
        pixels.Write(chw);
        unflushed += chw.Length;
        if (unflushed < FlushEvery || !flushing.IsCompleted)
            return;
        flushing.GetAwaiter().GetResult();
        unflushed = 0;
        var handle = pixels.SafeFileHandle; // on this thread: asking for it empties the stream's buffer
        flushing = Task.Run(() => RandomAccess.FlushToDisk(handle));
    }
}
