using ContrastiveService.Training.Data;
using SkiaSharp;

namespace ContrastiveService.Training.Tests.Data;

public sealed class ImageDecoderTests
{
    private static byte[] Decode(byte[] encoded, int size, int channels)
    {
        var chw = new byte[channels * size * size];
        ImageDecoder.Decode(encoded, size, channels, chw);
        return chw;
    }

    [Fact]
    public void A_grey_picture_of_the_wanted_size_comes_out_bit_for_bit()
    {
        var png = Pictures.Encode(Pictures.Grey(28, 28, (x, y) => (byte)((x * 9) + (y * 5))));
        var chw = Decode(png, 28, 1);
        for (var y = 0; y < 28; y++)
        {
            for (var x = 0; x < 28; x++)
                chw[(y * 28) + x].ShouldBe((byte)((x * 9) + (y * 5)));
        }

        var three = Decode(png, 28, 3);
        three[..784].ShouldBe(chw);
        three[1568..].ShouldBe(chw);
    }

    [Fact]
    public void A_colour_picture_comes_out_in_planes_and_grey_as_luma()
    {
        var png = Pictures.Encode(Pictures.Colour(8, 8, (x, y) => new SKColor((byte)(x * 30), (byte)(y * 30), 77)));
        var chw = Decode(png, 8, 3);
        var luma = Decode(png, 8, 1);
        for (var y = 0; y < 8; y++)
        {
            for (var x = 0; x < 8; x++)
            {
                var at = (y * 8) + x;
                (chw[at], chw[64 + at], chw[128 + at]).ShouldBe(((byte)(x * 30), (byte)(y * 30), (byte)77));
                Math.Abs(luma[at] - ((0.299 * x * 30) + (0.587 * y * 30) + (0.114 * 77))).ShouldBeLessThan(1);
            }
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, "image/png")]
    [InlineData(SKEncodedImageFormat.Jpeg, "image/jpeg")]
    [InlineData(SKEncodedImageFormat.Webp, "image/webp")]
    public void Each_format_is_identified_and_decoded(SKEncodedImageFormat format, string mediaType)
    {
        var bytes = Pictures.Encode(Pictures.Colour(40, 30, (_, _) => new SKColor(200, 100, 50)), format);
        ImageDecoder.Identify(bytes).ShouldBe(new ImageInfo(mediaType, 40, 30, 3));
        var chw = Decode(bytes, 16, 3);
        Math.Abs(chw[100] - 200).ShouldBeLessThan(6);
        Math.Abs(chw[256 + 100] - 100).ShouldBeLessThan(6);
        Math.Abs(chw[512 + 100] - 50).ShouldBeLessThan(6);
    }

    [Fact]
    public void A_bitmap_file_is_decoded()
    {
        // 2 × 2, 24 bits, bottom row first, blue-green-red, rows padded to 8 bytes.
        byte[] bmp = [0x42, 0x4D, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0, 19, 11, 0, 0, 19, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
        ImageDecoder.Identify(bmp).ShouldBe(new ImageInfo("image/bmp", 2, 2, 3));
        Decode(bmp, 2, 3).ShouldBe([9, 12, 3, 6, 8, 11, 2, 5, 7, 10, 1, 4]);
    }

    [Fact]
    public void A_gif_file_is_decoded()
    {
        // 1 × 1, one colour of two: #FF0000.
        byte[] gif = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0, 0, 0, 0, 0xFF, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B];
        ImageDecoder.Identify(gif).MediaType.ShouldBe("image/gif");
        Decode(gif, 1, 3).ShouldBe([255, 0, 0]);
    }

    [Fact]
    public void The_centre_is_cut_out_of_a_long_picture()
    {
        var chw = Decode(Pictures.Encode(Pictures.Colour(64, 16, (x, _) => x is >= 24 and < 40 ? SKColors.Lime : SKColors.Red)), 16, 3);
        chw[..256].ShouldAllBe(v => v == 0);
        chw[256..512].ShouldAllBe(v => v == 255);
    }

    [Fact]
    public void Scaling_down_averages_instead_of_skipping()
    {
        var chw = Decode(Pictures.Encode(Pictures.Grey(64, 64, (x, y) => (byte)((x + y) % 2 == 0 ? 255 : 0))), 8, 1);
        chw.ShouldAllBe(v => Math.Abs(v - 127.5) < 8);
    }

    [Fact]
    public void Transparent_pixels_become_white()
    {
        var chw = Decode(Pictures.Encode(Pictures.Colour(8, 8, (x, _) => x < 4 ? SKColors.Transparent : SKColors.Black)), 8, 1);
        chw[0].ShouldBe((byte)255);
        chw[7].ShouldBe((byte)0);
    }

    [Theory]
    [InlineData(1, "ABCD")]
    [InlineData(2, "BADC")]
    [InlineData(3, "DCBA")]
    [InlineData(4, "CDAB")]
    [InlineData(5, "ACBD")]
    [InlineData(6, "CADB")]
    [InlineData(7, "DBCA")]
    [InlineData(8, "BDAC")]
    public void Exif_orientation_is_applied(byte orientation, string quadrants)
    {
        var grey = new Dictionary<char, byte> { ['A'] = 20, ['B'] = 90, ['C'] = 160, ['D'] = 230 };
        var jpeg = Pictures.Encode(Pictures.Colour(32, 32, (x, y) => Shade(grey["ABCD"[(x / 16) + (2 * (y / 16))]])), SKEncodedImageFormat.Jpeg);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, 0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] turned = [.. jpeg[..2], .. exif, .. jpeg[2..]];
        var chw = Decode(turned, 32, 1);
        for (var q = 0; q < 4; q++)
            Math.Abs(chw[((((q / 2) * 16) + 8) * 32) + ((q % 2) * 16) + 8] - grey[quadrants[q]]).ShouldBeLessThan(5, $"quadrant {q} of orientation {orientation}");

        static SKColor Shade(byte v) => new(v, v, v);
    }

    [Fact]
    public void What_is_not_a_picture_is_refused_with_the_kinds_that_are_read()
    {
        Should.Throw<ImageFormatException>(() => ImageDecoder.Identify("hello, world, this is text"u8)).Message.ShouldContain("PNG, JPEG, WebP, GIF, BMP");
        Should.Throw<ImageFormatException>(() => ImageDecoder.Identify([])).Message.ShouldContain("empty");
    }

    [Fact]
    public void A_picture_that_was_cut_off_is_refused()
    {
        var noise = new Random(1);
        var png = Pictures.Encode(Pictures.Colour(64, 64, (_, _) => new SKColor((uint)noise.Next() | 0xFF000000)));
        Should.Throw<ImageFormatException>(() => Decode(png[..(png.Length / 2)], 16, 3)).Message.ShouldContain("cut off");
    }

    [Fact]
    public void A_picture_with_too_many_pixels_is_refused_by_its_header()
    {
        // A PNG header that claims 60,000 × 60,000 pixels.
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 0, 0, 0, 0];
        byte[] whole = [.. png, .. PngFile.Crc(png.AsSpan(12)), 0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0x35, 0xAF, 0x06, 0x1E];
        Should.Throw<ImageFormatException>(() => ImageDecoder.Identify(whole)).Message.ShouldContain("60000 × 60000");
    }
}
