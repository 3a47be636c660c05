using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using SkiaSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Data;

/// <summary>A JPEG that is decoded at a reduced scale must mean the same to a network as the whole one.</summary>
public sealed class DecodeParityTests
{
    private const int Size = 224;

    private static readonly Preprocessing Usual = new(Size, 3, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>4000 × 3000 (12 million pixels), 1800 × 2400 and 640 × 480: an eighth, an eighth of nearly the wanted size, and a half.</summary>
    private static readonly (int Width, int Height)[] Sizes = [(4000, 3000), (1800, 2400), (640, 480)];

    [Theory]
    [InlineData("resnet18")]
    [InlineData("seed-convnet")]
    public void The_embedding_of_a_reduced_decode_is_that_of_a_whole_one(string backbone)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var photographs = Sizes.Select((size, seed) => Pictures.Photograph(size.Width, size.Height, seed)).ToArray();
        using var encoder = BackboneCatalog.Create(new BackbonePlan { Type = backbone }, channels: 3, Size, seed: 1);
        encoder.eval();

        var reduced = Embed(encoder, photographs, reduce: true);
        var whole = Embed(encoder, photographs, reduce: false);

        var mean = whole.mean([0], keepdim: true);
        var cosine = nn.functional.cosine_similarity(reduced, whole).data<float>().ToArray();
        var centred = nn.functional.cosine_similarity(reduced - mean, whole - mean).data<float>().ToArray();
        for (var i = 0; i < Sizes.Length; i++)
        {
            cosine[i].ShouldBeGreaterThanOrEqualTo(0.999f, $"{Sizes[i]}, cosine");
            // An untrained network's embeddings share a large part; without it they must still agree, with grain in every pixel.
            centred[i].ShouldBeGreaterThanOrEqualTo(0.995f, $"{Sizes[i]}, cosine about the mean");
        }
    }

    private static Tensor Embed(Backbone encoder, byte[][] photographs, bool reduce)
    {
        var each = 3 * Size * Size;
        var chw = new byte[photographs.Length * each];
        for (var i = 0; i < photographs.Length; i++)
            ImageDecoder.Decode(photographs[i], Size, 3, chw.AsSpan(i * each, each), reduce);
        return encoder.forward(Usual.Normalize(frombuffer(chw, ScalarType.Byte).view(-1, 3, Size, Size)));
    }

    [Fact]
    public void Orientation_and_centre_are_kept_when_a_picture_is_reduced()
    {
        // Left half dark, right half bright, the middle square's upper half with a stripe: 1600 × 800, to 100, at an eighth.
        var jpeg = Pictures.Encode(
            Pictures.Colour(1600, 800, (x, y) => y < 200 ? SKColors.White : x < 800 ? new SKColor(40, 40, 40) : new SKColor(200, 200, 200)), SKEncodedImageFormat.Jpeg);
        var (reduced, whole) = (new byte[10_000], new byte[10_000]);

        ImageDecoder.Decode(jpeg, 100, 1, reduced);
        ImageDecoder.Decode(jpeg, 100, 1, whole, reduce: false);

        (reduced[1010], reduced[5020], reduced[5080]).ShouldBe(((byte)255, (byte)40, (byte)200));
        reduced.Zip(whole, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(12);
    }
}
