using ContrastiveService.Api;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Pictures;
using Microsoft.AspNetCore.Http;

namespace ContrastiveService.Service.Tests.Embeddings;

public sealed class RawPictureTests
{
    private const int Most = 500_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_073)]
    [InlineData(Most)]
    public async Task A_body_is_read_to_its_last_byte_whether_or_not_its_length_is_known(int length)
    {
        var bytes = Noise(length);
        (await ReadAsync(bytes, length)).ShouldBe(bytes);
        (await ReadAsync(bytes, null)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_a_picture_may_have_is_refused(bool announced)
    {
        var fault = await Should.ThrowAsync<ApiException>(() => ReadAsync(Noise(Most + 1), announced ? Most + 1 : null));
        (fault.Status, fault.Code, fault.Param).ShouldBe((413, "too_large", "input"));
        fault.Message.ShouldContain("500000 bytes");
    }

    [Fact]
    public async Task What_is_announced_takes_memory_when_it_comes()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        await ReadAsync([1, 2, 3], 400_000_000, most: 500_000_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(byte[] body, long? length, int most = Most)
    {
        var context = new DefaultHttpContext { Request = { Body = new Drops(body), ContentLength = length } };
        return (await RawPicture.ReadAsync(context.Request, new ApiOptions { MaxItemBytes = most }, TestContext.Current.CancellationToken)).Bytes;
    }

    /// <summary>Gives a body in pieces that fit nothing.</summary>
    private sealed class Drops(byte[] body) : MemoryStream(body)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 4_093)], cancellationToken);
    }
}
