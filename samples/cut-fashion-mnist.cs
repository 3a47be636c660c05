// Cuts Fashion-MNIST down to the sample next to this file: the first 600 training and 100 test pictures of each class,
// in the order of the original. Nothing is drawn at random, so everybody who runs it gets the same bytes of pixels.
//
//   sudo apt-get install dataset-fashion-mnist
//   dotnet run samples/cut-fashion-mnist.cs [folder of the full set] [folder of the sample]
#:property PublishAot=false
using System.Buffers.Binary;
using System.IO.Compression;

var source = args.ElementAtOrDefault(0) ?? "/usr/share/datasets/fashion-mnist";
var target = args.ElementAtOrDefault(1) ?? "samples/fashion-mnist-mini";
Directory.CreateDirectory(target);
Cut("train", perClass: 600);
Cut("t10k", perClass: 100);

void Cut(string part, int perClass)
{
    const int imageHeader = 16, labelHeader = 8;
    var images = Read($"{part}-images-idx3-ubyte.gz", magic: 0x803);
    var labels = Read($"{part}-labels-idx1-ubyte.gz", magic: 0x801);
    var pixels = (images.Length - imageHeader) / (labels.Length - labelHeader);
    var taken = new int[10];
    var kept = Enumerable.Range(0, labels.Length - labelHeader).Where(i => taken[labels[labelHeader + i]]++ < perClass).ToArray();

    Write($"{part}-images-idx3-ubyte.gz", images[..imageHeader], kept.Select(i => images.AsMemory(imageHeader + i * pixels, pixels)));
    Write($"{part}-labels-idx1-ubyte.gz", labels[..labelHeader], kept.Select(i => labels.AsMemory(labelHeader + i, 1)));

    void Write(string file, byte[] header, IEnumerable<Memory<byte>> items)
    {
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), kept.Length);
        using var gzip = new GZipStream(File.Create(Path.Combine(target, file)), CompressionLevel.SmallestSize);
        gzip.Write(header);
        foreach (var item in items)
            gzip.Write(item.Span);
        Console.WriteLine($"{file}: {kept.Length} of {labels.Length - labelHeader}");
    }
}

byte[] Read(string file, int magic)
{
    using var plain = new MemoryStream();
    using (var gzip = new GZipStream(File.OpenRead(Path.Combine(source, file)), CompressionMode.Decompress))
        gzip.CopyTo(plain);
    var bytes = plain.ToArray();
    return BinaryPrimitives.ReadInt32BigEndian(bytes) == magic
        ? bytes
        : throw new InvalidDataException($"{Path.Combine(source, file)} is not the IDX file it should be (magic number {magic:x8} expected).");
}
