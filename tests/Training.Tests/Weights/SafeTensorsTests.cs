using System.Runtime.InteropServices;
using System.Text.Json;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Weights;

public sealed class SafeTensorsTests
{
    static Stream Golden(string name) => typeof(SafeTensorsTests).Assembly.GetManifestResourceStream($"Golden/Weights/{name}")!;

    static MemoryStream Written(IEnumerable<(string, Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var file = new MemoryStream();
        SafeTensors.Write(file, tensors, metadata);
        file.Position = 0;
        return file;
    }

    [Fact]
    public void A_file_that_python_wrote_is_read_as_pytorch_reads_it()
    {
        using var scope = NewDisposeScope();
        using var file = Golden("edge.safetensors");
        using var golden = JsonDocument.Parse(Golden("edge_expected.json"));
        var header = SafeTensors.ReadHeader(file);

        header.Tensors.Select(tensor => tensor.Name).ShouldBe(golden.RootElement.EnumerateObject().Select(member => member.Name), ignoreOrder: true);
        header.Metadata.ShouldBe(new Dictionary<string, string> { ["format"] = "pt", ["note"] = "ünïcode metadata" });
        foreach (var expected in golden.RootElement.EnumerateObject())
        {
            var tensor = SafeTensors.Read(file, header, expected.Name);
            $"{tensor.dtype}".ToLowerInvariant().Replace("byte", "uint8", StringComparison.Ordinal).ShouldBe(expected.Value.GetProperty("dtype").GetString(), expected.Name);
            tensor.shape.ShouldBe(expected.Value.GetProperty("shape").Deserialize<long[]>());
            MemoryMarshal.Cast<byte, double>(tensor.to(float64).bytes).ToArray().ShouldBe(expected.Value.GetProperty("values").Deserialize<double[]>());
        }
    }

    [Fact]
    public void Every_type_and_shape_comes_back_bit_for_bit_aligned_to_its_own_size()
    {
        using var scope = NewDisposeScope();
        var matrix = arange(0, 24, float32).reshape(4, 6) / 7;
        (string Name, Tensor Tensor)[] tensors =
        [
            ("u8", arange(0, 5, uint8)), ("i8", arange(-3, 4, int8)), ("bool", tensor(new[] { true, false, true })), ("f16", matrix.to(float16)), ("bf16", matrix.to(bfloat16)),
            ("i16", arange(-3, 4, int16)), ("f32", matrix), ("transposed", matrix.t()), ("column", matrix[.., 2]), ("i32", arange(-3, 4, int32)), ("f64", matrix.to(float64)),
            ("i64", tensor(7L)), ("nothing", empty(0, 3)), ("named \"ünïcode\"\n", ones(1)),
        ];

        using var file = Written(tensors, new Dictionary<string, string> { ["note"] = "ünïcode" });
        var header = SafeTensors.ReadHeader(file);

        header.Metadata["note"].ShouldBe("ünïcode");
        header.DataStart.ShouldBe(header.DataStart / 8 * 8);
        header.Tensors.Count.ShouldBe(tensors.Length);
        foreach (var (name, tensor) in tensors)
        {
            var read = SafeTensors.Read(file, header, name);
            read.dtype.ShouldBe(tensor.dtype, name);
            read.shape.ShouldBe(tensor.shape, name);
            read.bytes.ToArray().ShouldBe(tensor.contiguous().bytes.ToArray(), name);
            (header.Find(name)!.Begin % tensor.element_size()).ShouldBe(0, name);
        }
    }

    [Fact]
    public void Tensors_of_several_pieces_come_back_whole()
    {
        using var scope = NewDisposeScope();
        var large = arange(0, (8 << 20) + 5, int32);
        using var file = Written([("large", large), ("after", ones(3))]);
        var header = SafeTensors.ReadHeader(file);

        SafeTensors.Read(file, header, "large").eq(large).all().ToBoolean().ShouldBeTrue();
        SafeTensors.Read(file, header, "after").eq(1).all().ToBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Reading_and_writing_leave_one_tensor_and_none_in_the_scope()
    {
        using var tensor = rand(3, 4).DetachFromDisposeScope();
        using var scope = NewDisposeScope();

        using var file = Written([("a", tensor)]);
        scope.DisposablesCount.ShouldBe(0);
        SafeTensors.Read(file, SafeTensors.ReadHeader(file), "a");

        scope.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void A_file_without_tensors_can_be_written_and_read()
    {
        using var file = Written([]);

        SafeTensors.ReadHeader(file).Tensors.ShouldBeEmpty();
    }

    [Fact]
    public void Two_tensors_of_one_name_are_not_written()
    {
        using var scope = NewDisposeScope();

        Should.Throw<WeightsException>(() => Written([("a", ones(1)), ("a", ones(2))])).Message.ShouldContain("'a'");
    }

    [Fact]
    public void A_type_that_the_format_lacks_is_not_written()
    {
        using var scope = NewDisposeScope();

        Should.Throw<WeightsException>(() => Written([("wave", ones(2, dtype: complex64))])).Message.ShouldContain("'wave'");
    }

    [Fact]
    public void An_unknown_name_is_refused_by_name()
    {
        using var file = Written([]);

        Should.Throw<WeightsException>(() => SafeTensors.Read(file, SafeTensors.ReadHeader(file), "missing")).Message.ShouldContain("'missing'");
    }
}
