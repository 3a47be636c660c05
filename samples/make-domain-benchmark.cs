// Makes two target domains for Fashion-MNIST, 28×28 with the labels kept, as IDX files that the service imports:
//
//   fashion-mnist-m        Each picture over a patch of a colour photograph, |patch − picture| channel by channel, as the DANN paper makes MNIST-M of MNIST
//                          (Ganin et al. 2016, arXiv 1505.07818, section 5.2.4). 3 channels.
//   fashion-mnist-rotated  Each picture turned about its middle by 45° to 90° to either side. Random views turn pictures by little, so smaller angles are half
//                          learned already; beyond a quarter turn things stand upside down. Corners that leave the frame are lost. 1 channel.
//
// The paper's photographs (BSDS500) are not free to pass on. Debian's package lomiri-wallpapers-16.04 has fourteen (CC BY 4.0, CC BY-SA 4.0 and CC0); they are
// scaled to the paper's 321 pixels across, so that a patch shows as much of a photograph as there. --textures takes generated clouds of colour instead, which
// are smoother: numbers measured on them do not compare with others. The same seed and photographs give the same pictures.
//
//   sudo apt-get install dataset-fashion-mnist lomiri-wallpapers-16.04
//   dotnet run samples/make-domain-benchmark.cs [--textures] [--seed 1] [--source folder] [--photographs folder] [--target folder]
#:property PublishAot=false
#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using SkiaSharp;

const int side = 28, across = 321;
var clock = Stopwatch.StartNew();
var textures = args.Contains("--textures");
var seed = ulong.Parse(Option("--seed", "1"), CultureInfo.InvariantCulture);
var source = Option("--source", "/usr/share/datasets/fashion-mnist");
var photographs = Option("--photographs", "/usr/share/backgrounds");
var target = Option("--target", "data/domain-benchmark");
if (!File.Exists(Path.Combine(source, "train-images-idx3-ubyte.gz")))
    return Fail($"Fashion-MNIST is not in '{source}'. Install Debian's package dataset-fashion-mnist, or name its folder with --source.");
// By name, since other packages put pictures there too, and not all of this one's are photographs.
string[] named =
[
    "aitzgorri_by_Aitzol_Berasategi", "analogpattern_by_Peter_Nerlich", "Bridge_by_Sander_Klootwijk", "Dragonfly_by_Bolly", "free_by_Peter_Nerlich",
    "friends_by_Aitzol_Berasategi", "greentock_by_Peter_Nerlich", "life_by_Aitzol_Berasategi", "picosdeeuropa_by_Aitzol_Berasategi", "Picture_0B_by_freespace",
    "Picture_1A_by_freespace", "seeding_by_Clements_Engelhardt", "sunset_by_Aitzol_Berasategi", "Wine_by_Jakkub_Mede",
];
string[] files = args.Contains("--photographs") && Directory.Exists(photographs)
    ? [.. Directory.GetFiles(photographs, "*.jpg").Order(StringComparer.Ordinal)]
    : [.. named.Select(name => Path.Combine(photographs, name + ".jpg")).Where(File.Exists)];
if (!args.Contains("--photographs") && files.Length < named.Length)
    files = [];
if (!textures && files.Length == 0)
    return Fail($"The photographs are not in '{photographs}'. Install Debian's package lomiri-wallpapers-16.04, name a folder of *.jpg with --photographs, or take --textures.");

var grounds = textures ? Enumerable.Range(0, 24).Select(i => Texture(new Chance(seed, 0x7e + (ulong)i))).ToArray() : [.. files.Select(Photograph)];
var origin = textures ? $"{grounds.Length} GENERATED TEXTURES, not photographs: numbers do not compare with those measured on photographs" : $"{files.Length} photographs of {photographs}";
Console.WriteLine($"Backgrounds: {origin}");
var rows = new List<byte[][]>();
foreach (var (part, stream) in new[] { ("train", 1UL), ("t10k", 2UL) })
{
    var pictures = Read($"{part}-images-idx3-ubyte.gz", 0x803)[16..];
    var labels = Read($"{part}-labels-idx1-ubyte.gz", 0x801);
    var count = pictures.Length / (side * side);
    var (blending, turning) = (new Chance(seed, 16 + stream), new Chance(seed, 32 + stream));
    var blended = Enumerable.Range(0, count).Select(i => Blend(Picture(pictures, i), blending));
    var turned = Enumerable.Range(0, count).Select(i => Turn(Picture(pictures, i), turning));
    var sheet = Write("fashion-mnist-m", part, 3, count, blended, labels);
    var other = Write("fashion-mnist-rotated", part, 1, count, turned, labels);
    if (part == "t10k")
        rows.AddRange(Enumerable.Range(0, 120).Select(i => new[] { Picture(pictures, i), sheet[i], other[i] }));
}

ContactSheet();
File.WriteAllText(Path.Combine(target, "made-from.txt"), $"Fashion-MNIST; {origin}; seed {seed}\n");
Console.WriteLine($"{target}: done in {clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s; look at contact-sheet.png there");
return 0;

byte[] Blend(byte[] picture, Chance chance)
{
    var (width, height, rgb) = grounds[chance.Below(grounds.Length)];
    var (left, top) = (chance.Below(width - side + 1), chance.Below(height - side + 1));
    var blended = new byte[side * side * 3];
    for (var i = 0; i < side * side; i++)
        for (var k = 0; k < 3; k++)
            blended[(i * 3) + k] = (byte)Math.Abs(rgb[((((top + (i / side)) * width) + left + (i % side)) * 3) + k] - picture[i]);
    return blended;
}

byte[] Turn(byte[] picture, Chance chance)
{
    var degrees = (45 + (45 * chance.Unit())) * (chance.Below(2) == 0 ? 1 : -1);
    var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
    const double middle = (side - 1) / 2.0;
    var turned = new byte[side * side];
    for (var i = 0; i < turned.Length; i++)
    {
        var (dx, dy) = ((i % side) - middle, (i / side) - middle);
        turned[i] = (byte)Math.Round(At((cos * dx) + (sin * dy) + middle, (cos * dy) - (sin * dx) + middle));
    }

    return turned;

    // Bilinear; black outside.
    double At(double x, double y)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (right, down) = (x - left, y - top);
        return ((1 - down) * (((1 - right) * Pixel(left, top)) + (right * Pixel(left + 1, top)))) + (down * (((1 - right) * Pixel(left, top + 1)) + (right * Pixel(left + 1, top + 1))));
    }

    double Pixel(int x, int y) => x is >= 0 and < side && y is >= 0 and < side ? picture[(y * side) + x] : 0;
}

(int Width, int Height, byte[] Rgb) Photograph(string file)
{
    using var whole = SKBitmap.Decode(file) ?? throw new InvalidDataException($"'{file}' is no picture that can be read.");
    var scale = (double)across / Math.Min(whole.Width, whole.Height);
    var info = new SKImageInfo((int)Math.Round(whole.Width * scale), (int)Math.Round(whole.Height * scale), SKColorType.Rgba8888, SKAlphaType.Opaque);
    using var small = whole.Resize(info, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    var rgba = small.GetPixelSpan();
    var rgb = new byte[info.Width * info.Height * 3];
    for (var i = 0; i < rgb.Length; i++)
        rgb[i] = rgba[(i / 3 * 4) + (i % 3)];
    return (info.Width, info.Height, rgb);
}

// Between two or three colours, along noise that has details of every size, as clouds and meadows have.
(int Width, int Height, byte[] Rgb) Texture(Chance chance)
{
    const int size = 256;
    var colours = Enumerable.Range(0, 9).Select(_ => 255 * chance.Unit()).ToArray();
    var (first, second) = (Noise(chance), Noise(chance));
    var rgb = new byte[size * size * 3];
    for (var i = 0; i < rgb.Length; i++)
    {
        var (a, b, k) = (first[i / 3], second[i / 3], i % 3);
        rgb[i] = (byte)Math.Clamp((colours[k] * a) + ((1 - a) * ((colours[3 + k] * b) + (colours[6 + k] * (1 - b)))), 0, 255);
    }

    return (size, size, rgb);

    static double[] Noise(Chance chance)
    {
        var sum = new double[size * size];
        for (var (cell, weight) = (64, 0.5); cell >= 2; cell /= 2, weight *= 0.65)
        {
            var knots = size / cell + 1;
            var heights = Enumerable.Range(0, knots * knots).Select(_ => chance.Unit() - 0.5).ToArray();
            for (var i = 0; i < sum.Length; i++)
            {
                var (x, y) = ((double)(i % size) / cell, (double)(i / size) / cell);
                var (left, top) = ((int)x, (int)y);
                var (right, down) = (x - left, y - top);
                var at = (top * knots) + left;
                sum[i] += weight * 2.2 * (((1 - down) * (((1 - right) * heights[at]) + (right * heights[at + 1])))
                    + (down * (((1 - right) * heights[at + knots]) + (right * heights[at + knots + 1]))));
            }
        }

        return [.. sum.Select(v => Math.Clamp(0.5 + v, 0, 1))];
    }
}

// Writes the pair of files and gives the first pictures back.
List<byte[]> Write(string name, string part, int channels, int count, IEnumerable<byte[]> pictures, byte[] labels)
{
    var folder = Path.Combine(target, name);
    Directory.CreateDirectory(folder);
    int[] shape = channels == 1 ? [count, side, side] : [count, side, side, channels];
    var head = new byte[4 * (shape.Length + 1)];
    BinaryPrimitives.WriteInt32BigEndian(head, 0x800 + shape.Length);
    for (var i = 0; i < shape.Length; i++)
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4 * (i + 1)), shape[i]);
    var first = new List<byte[]>();
    var path = Path.Combine(folder, $"{part}-images-idx{shape.Length}-ubyte.gz");
    using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
    {
        gzip.Write(head);
        foreach (var picture in pictures)
        {
            gzip.Write(picture);
            if (first.Count < 120)
                first.Add(picture);
        }
    }

    using (var gzip = new GZipStream(File.Create(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz")), CompressionLevel.Fastest))
        gzip.Write(labels);
    Console.WriteLine($"{path}: {count} pictures, {new FileInfo(path).Length >> 20} MiB");
    return first;
}

// Test pictures as they were and as they became, one above the other.
void ContactSheet()
{
    const int columns = 20, zoom = 2, gap = 6;
    using var bitmap = new SKBitmap(columns * ((side * zoom) + gap), rows.Count / columns * ((3 * side * zoom) + (2 * gap)), SKColorType.Rgba8888, SKAlphaType.Opaque);
    for (var i = 0; i < rows.Count; i++)
    {
        for (var kind = 0; kind < 3; kind++)
        {
            for (var p = 0; p < side * side * zoom * zoom; p++)
            {
                var (x, y) = (p % (side * zoom), p / (side * zoom));
                var at = (y / zoom * side) + (x / zoom);
                var picture = rows[i][kind];
                var colour = picture.Length == side * side ? new SKColor(picture[at], picture[at], picture[at]) : new SKColor(picture[3 * at], picture[(3 * at) + 1], picture[(3 * at) + 2]);
                bitmap.SetPixel((i % columns * ((side * zoom) + gap)) + x, (i / columns * ((3 * side * zoom) + (2 * gap))) + (kind * side * zoom) + y, colour);
            }
        }
    }

    using var file = File.Create(Path.Combine(target, "contact-sheet.png"));
    bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
}

byte[] Picture(byte[] pictures, int i) => pictures[(i * side * side)..((i + 1) * side * side)];

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

string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}

// SplitMix64 (Steele 2014), so that a seed means the same pictures under every version of the runtime.
sealed class Chance(ulong seed, ulong stream)
{
    private ulong _state = Mix((seed * 0x9E3779B97F4A7C15UL) ^ Mix(stream));

    public int Below(int bound) => (int)(Unit() * bound);

    public double Unit() => (Mix(_state += 0x9E3779B97F4A7C15UL) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
