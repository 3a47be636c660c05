using System.Runtime.CompilerServices;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Tests.Data;

public sealed class ParallelDecoderTests
{
    private const int Side = 16;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static byte[] Picture(int i) => Pictures.Encode(Pictures.Grey(Side, Side, (x, y) => (byte)(i + x + y)));

    private static async IAsyncEnumerable<EncodedImage> Stream(int count, Action<int>? reading = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 0; i < count; i++)
        {
            ct.ThrowIfCancellationRequested();
            reading?.Invoke(i);
            if (i % 16 == 0)
                await Task.Yield();
            yield return new(new($"{i}", null, null, null), i % 7 == 3 ? "no picture"u8.ToArray() : Picture(i % 200));
        }
    }

    [Fact]
    public async Task Pictures_come_out_in_their_order_with_the_pixels_of_one_decoder()
    {
        var at = 0;
        await foreach (var picture in new ParallelDecoder(Side, 1).DecodeAsync(Stream(600, ct: Stop), Stop))
        {
            picture.Record.Key.ShouldBe($"{at}");
            if (at % 7 == 3)
                picture.Fault.ShouldNotBeNull().ShouldContain("PNG, JPEG, WebP, GIF, BMP");
            else
                picture.Chw.ToArray().ShouldBe(Alone(at % 200));
            at++;
        }

        at.ShouldBe(600);

        static byte[] Alone(int i)
        {
            var chw = new byte[Side * Side];
            ImageDecoder.Decode(Picture(i), Side, 1, chw);
            return chw;
        }
    }

    [Fact]
    public async Task What_breaks_the_stream_reaches_the_consumer_after_what_came_before()
    {
        var came = 0;
        var fault = await Should.ThrowAsync<IOException>(async () =>
        {
            await foreach (var _ in new ParallelDecoder(Side, 1).DecodeAsync(Stream(100, i => _ = i == 50 ? throw new IOException("the database is away") : i, Stop), Stop))
                came++;
        });

        fault.Message.ShouldContain("away");
        came.ShouldBe(50);
    }

    [Fact]
    public async Task A_consumer_that_waits_holds_the_reader_up_and_one_that_leaves_stops_it()
    {
        var read = 0;
        await foreach (var _ in new ParallelDecoder(Side, 1).DecodeAsync(Stream(100_000, i => read = i, Stop), Stop))
        {
            // However long this took, no more than so many could be under way.
            await Task.Delay(100, Stop);
            break;
        }

        read.ShouldBeLessThan(300);
    }
}
