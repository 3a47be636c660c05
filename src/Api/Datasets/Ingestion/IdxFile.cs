using System.Buffers.Binary;
using System.IO.Compression;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>
/// The IDX format of MNIST: two zero bytes, the kind of number (8: unsigned byte), the number of dimensions, each dimension as a big-endian 32-bit number, the
/// values.
/// </summary>
sealed class IdxFile : IDisposable
{
    private readonly FileStream file;
    private readonly Stream values;

    /// <exception cref="UploadException">It is not an IDX file of bytes.</exception>
    public IdxFile(string path)
    {
        file = File.OpenRead(path);
        var packed = file.ReadByte() == 0x1f;
        file.Position = 0;
        values = packed ? new GZipStream(file, CompressionMode.Decompress) : new BufferedStream(file, 1 << 16);
        Span<byte> head = stackalloc byte[4];
        Fill(head, "its header");
        Dimensions = new int[head[3]];
        for (var i = 0; i < Dimensions.Count; i++)
        {
            Fill(head, "its header");
            ((int[])Dimensions)[i] = BinaryPrimitives.ReadInt32BigEndian(head);
        }

        if (Dimensions.Any(d => d < 0))
            throw new UploadException("The IDX file is damaged: a dimension is negative.");
    }

    /// <summary>The first is the number of records.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>Bytes of the uploaded file that have been read.</summary>
    public long Position => file.Position;

    /// <exception cref="UploadException">The file ends before <paramref name="record"/> is full.</exception>
    public void Read(Span<byte> record, int index) => Fill(record, $"record {index} of the {Dimensions[0]} that it announces");

    /// <exception cref="UploadException">The file goes on.</exception>
    public void ExpectEnd()
    {
        if (values.ReadByte() >= 0)
            throw new UploadException($"The IDX file goes on after the {Dimensions[0]} records that its header announces. Nothing of it was published.");
    }

    public void Dispose()
    {
        values.Dispose();
        file.Dispose();
    }

    private void Fill(Span<byte> target, string what)
    {
        try
        {
            values.ReadExactly(target);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new UploadException($"The IDX file is truncated or damaged: it ends in {what}. Nothing of it was published; upload the whole file again.", e);
        }
    }
}
