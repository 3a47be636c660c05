using ContrastiveService.Api;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Service.Tests.Embeddings;

public sealed class PictureLimitsTests
{
    private readonly byte[] chw = new byte[8 * 8];

    [Fact]
    public void As_many_pixels_as_are_allowed_are_taken_and_one_row_more_is_not()
    {
        var limits = new ApiOptions { MaxItemPixels = 40 * 25 };
        PictureLimits.Identify(TestPictures.Plain(40, 25), limits).Width.ShouldBe(40);
        PictureLimits.Decode(TestPictures.Plain(40, 25), 8, 1, chw, limits);
        foreach (var look in (Action<byte[]>[])[picture => PictureLimits.Identify(picture, limits), picture => PictureLimits.Decode(picture, 8, 1, chw, limits)])
            Should.Throw<ImageFormatException>(() => look(TestPictures.Plain(40, 26))).Message.ShouldBe("It is 40 × 26; at most 1000 pixels are taken.");
    }

    [Fact]
    public void A_file_may_have_so_many_bytes()
    {
        var picture = TestPictures.Noise(30);
        PictureLimits.Decode(picture, 8, 1, chw, new() { MaxItemBytes = picture.Length });
        Should.Throw<ImageFormatException>(() => PictureLimits.Decode(picture, 8, 1, chw, new() { MaxItemBytes = picture.Length - 1 }))
            .Message.ShouldBe($"It has {picture.Length} bytes; at most {picture.Length - 1} are taken.");
    }
}
