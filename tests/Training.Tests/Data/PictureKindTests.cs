using System.Runtime.InteropServices;
using ContrastiveService.Training.Data;
using SkiaSharp;

namespace ContrastiveService.Training.Tests.Data;

/// <summary>Kinds of files that cameras, scanners and print shops make.</summary>
public sealed class PictureKindTests
{
    private static byte[] Decode(byte[] encoded, int size, int channels)
    {
        var chw = new byte[channels * size * size];
        ImageDecoder.Decode(encoded, size, channels, chw);
        return chw;
    }

    [Fact]
    public void A_cmyk_jpeg_becomes_rgb()
    {
        var jpeg = JpegFile.Cmyk(200, 100, 50, 255);
        ImageDecoder.Identify(jpeg).ShouldBe(new ImageInfo("image/jpeg", 8, 8, 3));
        var chw = Decode(jpeg, 8, 3);
        (chw[27], chw[64 + 27], chw[128 + 27]).ShouldBe(((byte)200, (byte)100, (byte)50));
        // Half of the black ink halves every channel.
        Decode(JpegFile.Cmyk(200, 100, 50, 128), 8, 3)[27].ShouldBeInRange((byte)99, (byte)101);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_grey_png_of_16_bits_keeps_its_upper_8(int channels)
    {
        // 4 × 4, from black to white.
        var png = PngFile.Make(4, 16, PngFile.Grey, [.. Enumerable.Range(0, 16).SelectMany(i => new[] { (byte)(17 * i), (byte)(17 * i) })]);
        var chw = Decode(png, 4, channels);
        for (var i = 0; i < chw.Length; i++)
            Math.Abs(chw[i] - (17 * (i % 16))).ShouldBeLessThanOrEqualTo(1, $"pixel {i}");
    }

    [Fact]
    public void A_colour_png_of_16_bits_keeps_its_upper_8()
    {
        var png = PngFile.Make(2, 16, PngFile.Colour, [.. new byte[] { 250, 120, 3, 90, 80, 70, 0, 128, 255, 1, 2, 4 }.SelectMany(value => new[] { value, value })]);
        ImageDecoder.Identify(png).Channels.ShouldBe(3);
        var (chw, expected) = (Decode(png, 2, 3), new byte[] { 250, 90, 0, 1, 120, 80, 128, 2, 3, 70, 255, 4 });
        for (var i = 0; i < chw.Length; i++)
            Math.Abs(chw[i] - expected[i]).ShouldBeLessThanOrEqualTo(1, $"value {i}");
    }

    [Fact]
    public void A_png_with_a_palette_has_its_palettes_colours()
    {
        var png = PngFile.Make(2, 8, PngFile.Palette, [0, 1, 2, 1], [255, 0, 0, 10, 20, 30, 0, 0, 255]);
        Decode(png, 2, 3).ShouldBe([255, 10, 0, 10, 0, 20, 0, 20, 0, 30, 255, 30]);
    }

    [Fact]
    public void Of_a_moving_gif_the_first_picture_is_taken()
    {
        // 1 × 1, two colours (#FF0000, #0000FF), one picture of each.
        byte[] gif = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0, 0, 0, 0, 0xFF, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
            0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B];
        Decode(gif, 1, 3).ShouldBe([255, 0, 0]);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_colour_profile_is_ignored_and_told(SKEncodedImageFormat format)
    {
        var bitmap = new SKBitmap(new SKImageInfo(
            4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque, SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3)));
        for (var i = 0; i < 16; i++)
            Marshal.Copy((byte[])[200, 100, 50, 255], 0, bitmap.GetPixels() + (4 * i), 4);
        var encoded = Pictures.Encode(bitmap, format);

        ImageDecoder.Identify(encoded).HasColorProfile.ShouldBeTrue();
        var chw = new byte[48];
        ImageDecoder.Decode(encoded, 4, 3, chw).ShouldBeTrue();
        Math.Abs(chw[0] - 200).ShouldBeLessThanOrEqualTo(3, "converted from its profile to sRGB it would be 215");
        Math.Abs(chw[32] - 50).ShouldBeLessThanOrEqualTo(4, "and this one 32");

        var plain = Pictures.Encode(Pictures.Colour(4, 4, (_, _) => SKColors.Red), format);
        ImageDecoder.Identify(plain).HasColorProfile.ShouldBeFalse();
        ImageDecoder.Decode(plain, 4, 3, chw).ShouldBeFalse();
    }
}
