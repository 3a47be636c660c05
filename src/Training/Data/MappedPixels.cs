using System.IO.MemoryMappedFiles;

namespace ContrastiveService.Training.Data;

/// <summary>
/// A file of bytes in the address space, read only: the kernel brings in what is touched and drops it again when memory is short, so that the file may be
/// larger than memory. While it is open it holds a shared lock on the file, by which others see that it is in use.
/// </summary>
internal sealed unsafe class MappedPixels : IDisposable
{
    private readonly FileStream file;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* start;

    public MappedPixels(string path)
    {
        // Reading and sharing for reading is what makes the lock a shared one.
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Length = file.Length;
        if (Length == 0)
            return; // nothing cannot be mapped
        map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Bytes of it, where they lie; valid until this is disposed.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(file.SafeFileHandle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new(start + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (view is not null && !file.SafeFileHandle.IsClosed)
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
        map?.Dispose();
        file.Dispose();
    }
}
