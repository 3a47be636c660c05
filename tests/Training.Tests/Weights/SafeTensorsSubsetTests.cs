using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Weights;

public sealed class SafeTensorsSubsetTests
{
    static MemoryStream Checkpoint()
    {
        using var scope = NewDisposeScope();
        var file = new MemoryStream();
        SafeTensors.Write(
            file,
            [
                ("optimizer.step", tensor(5L)), ("encoder.bn.running_mean", arange(0, 10, float32)), ("head.weight", zeros(3, 3)), ("encoder.empty", empty(0)),
                ("encoder.conv.weight", arange(0, 60, float32).reshape(3, 20)), ("encoder.bn.num_batches_tracked", tensor(7L)), ("encoder.mask", tensor(new[] { true, false })),
            ],
            new Dictionary<string, string> { ["epoch"] = "3" });
        file.Position = 0;
        return file;
    }

    [Fact]
    public void The_subset_is_a_file_of_its_own_without_the_prefix()
    {
        using var scope = NewDisposeScope();
        using var subset = new SafeTensorsSubset(Checkpoint(), "encoder.", new Dictionary<string, string> { ["format"] = "pt" });

        var header = SafeTensors.ReadHeader(subset);

        header.Metadata.ShouldBe(new Dictionary<string, string> { ["format"] = "pt" });
        header.Tensors.Select(tensor => tensor.Name).ShouldBe(["bn.num_batches_tracked", "bn.running_mean", "empty", "conv.weight", "mask"], ignoreOrder: true);
        SafeTensors.Read(subset, header, "bn.num_batches_tracked").ToInt64().ShouldBe(7);
        SafeTensors.Read(subset, header, "bn.running_mean").data<float>().ToArray().ShouldBe(Enumerable.Range(0, 10).Select(i => (float)i));
        SafeTensors.Read(subset, header, "conv.weight").data<float>().ToArray().ShouldBe(Enumerable.Range(0, 60).Select(i => (float)i));
        SafeTensors.Read(subset, header, "empty").shape.ShouldBe([0]);
        SafeTensors.Read(subset, header, "mask").data<bool>().ToArray().ShouldBe([true, false]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task It_reads_the_same_in_pieces_of_any_size_waiting_or_not(int size)
    {
        using var subset = new SafeTensorsSubset(Checkpoint(), "encoder.");
        var whole = new byte[subset.Length];
        subset.ReadExactly(whole);
        subset.ReadByte().ShouldBe(-1, "the end");

        subset.Position = 0;
        var pieces = new MemoryStream();
        var buffer = new byte[size];
        for (int read; (read = await subset.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;) pieces.Write(buffer, 0, read);

        pieces.ToArray().ShouldBe(whole);
    }

    [Fact]
    public void It_can_be_read_from_any_position()
    {
        using var subset = new SafeTensorsSubset(Checkpoint(), "encoder.");
        var whole = new byte[subset.Length];
        subset.ReadExactly(whole);

        for (var position = 0; position < whole.Length; position++)
        {
            subset.Seek(position, SeekOrigin.Begin);
            subset.ReadByte().ShouldBe(whole[position]);
        }
        subset.Seek(-1, SeekOrigin.End).ShouldBe(whole.Length - 1);
        subset.Position = whole.Length + 10;
        subset.ReadByte().ShouldBe(-1);
    }

    [Fact]
    public void A_prefix_that_no_tensor_has_is_refused() =>
        Should.Throw<WeightsException>(() => new SafeTensorsSubset(Checkpoint(), "decoder.")).Message.ShouldContain("'decoder.'");

    [Fact]
    public void It_closes_its_source()
    {
        var source = Checkpoint();

        new SafeTensorsSubset(source, "encoder.").Dispose();

        source.CanRead.ShouldBeFalse();
    }
}
