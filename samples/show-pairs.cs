// Asks a running service about pairs of a data set's pictures and lays what it answers side by side: a row for each pair, the two pictures, then the two with
// the map of what makes them alike over them. docs/images/pairs.png was made so, with ./run.sh --mini running:
//
//   dotnet run samples/show-pairs.cs
//   dotnet run samples/show-pairs.cs --model fashion-mnist-mini --dataset fashion-mnist-mini --to pairs.png test/000002.png test/000003.png
#:property PublishAot=false
#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SkiaSharp;

const int tile = 112, gap = 8;
string[] options = ["--service", "--model", "--dataset", "--to"];
var keys = args.Where((argument, i) => !argument.StartsWith("--", StringComparison.Ordinal) && !(i > 0 && options.Contains(args[i - 1]))).ToArray();
if (keys.Length == 0)
    keys = ["test/000002.png", "test/000003.png", "test/000000.png", "test/000023.png", "test/000001.png", "test/000016.png", "test/000000.png", "test/000001.png"];
if (keys.Length % 2 != 0)
    return Fail($"{keys.Length} keys make no pairs; give an even number, such as test/000002.png test/000003.png.");

var (model, dataset, target) = (Option("--model", "fashion-mnist-mini"), Option("--dataset", "fashion-mnist-mini"), Option("--to", "docs/images/pairs.png"));
using var service = new HttpClient { BaseAddress = new Uri(Option("--service", "http://127.0.0.1:5080") + "/api/v1/") };
using var sheet = new SKBitmap((4 * (tile + gap)) - gap, (keys.Length / 2 * (tile + gap)) - gap, SKColorType.Rgba8888, SKAlphaType.Unpremul);
using var canvas = new SKCanvas(sheet);
canvas.Clear(SKColors.Transparent);
for (var row = 0; row < keys.Length / 2; row++)
{
    var (a, b) = (keys[2 * row], keys[(2 * row) + 1]);
    using var response = await service.PostAsJsonAsync("similarity", new JsonObject { ["model"] = model, ["a"] = Item(a), ["b"] = Item(b), ["explain"] = true });
    var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    if (!response.IsSuccessStatusCode)
        return Fail($"The service answered {(int)response.StatusCode}: {answer.ToJsonString()}");
    byte[][] pictures = [await PictureAsync(a), await PictureAsync(b), Overlay(answer, "a"), Overlay(answer, "b")];
    for (var column = 0; column < pictures.Length; column++)
    {
        using var picture = SKBitmap.Decode(pictures[column]);
        using var image = SKImage.FromBitmap(picture);
        // Whole pixels of small pictures stay visible; what is larger is averaged down.
        var sampling = picture.Width < tile ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        canvas.DrawImage(image, SKRect.Create(column * (tile + gap), row * (tile + gap), tile, tile), sampling);
    }

    var (probability, decision) = ((double?)answer["probabilitySame"], answer["decision"]!);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{a} {b}: cosine {(double)answer["cosine"]!:0.000}, P(same) {probability:0.000}, same at {(double)decision["falsePositiveRate"]!:P0} false positives: {decision["same"]?.ToJsonString() ?? "unknown"}"));
}

canvas.Flush();
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
using (var file = File.Create(target))
    sheet.Encode(file, SKEncodedImageFormat.Png, 100);
Console.WriteLine($"{target}: {new FileInfo(target).Length} bytes");
return 0;

JsonObject Item(string key) => new() { ["dataset"] = dataset, ["key"] = key };

async Task<byte[]> PictureAsync(string key) => await service.GetByteArrayAsync($"datasets/{dataset}/items/{key}/image");

static byte[] Overlay(JsonNode answer, string side)
{
    var uri = (string)answer["explanation"]![side]!["overlay"]!;
    return Convert.FromBase64String(uri[(uri.IndexOf(',', StringComparison.Ordinal) + 1)..]);
}

string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}
