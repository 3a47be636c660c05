using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ContrastiveService.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Weights;

public sealed class TorchWeightsTests
{
    static byte[] Golden(string name)
    {
        using var stream = typeof(TorchWeightsTests).Assembly.GetManifestResourceStream($"Golden/Weights/{name}") ?? throw new FileNotFoundException(name);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    static MemoryStream Converted(byte[] file, long maxBytes = long.MaxValue)
    {
        var converted = new MemoryStream();
        TorchWeights.Convert(new MemoryStream(file), converted, maxBytes);
        converted.Position = 0;
        return converted;
    }

    static string Refusal(byte[] file, long maxBytes = long.MaxValue) => Should.Throw<WeightsException>(() => Converted(file, maxBytes)).Message;

    static void Compare(MemoryStream file, string expectedFile, string prefix)
    {
        using var scope = NewDisposeScope();
        using var golden = JsonDocument.Parse(Golden(expectedFile));
        var header = SafeTensors.ReadHeader(file);
        foreach (var expected in golden.RootElement.EnumerateObject())
        {
            var tensor = SafeTensors.Read(file, header, prefix + expected.Name);
            $"{tensor.dtype}".ToLowerInvariant().Replace("byte", "uint8", StringComparison.Ordinal).ShouldBe(expected.Value.GetProperty("dtype").GetString(), expected.Name);
            tensor.shape.ShouldBe(expected.Value.GetProperty("shape").Deserialize<long[]>(), expected.Name);
            MemoryMarshal.Cast<byte, double>(tensor.to(float64).bytes).ToArray().ShouldBe(expected.Value.GetProperty("values").Deserialize<double[]>(), expected.Name);
        }
    }

    [Theory]
    [InlineData("edge_zip.pth")]
    [InlineData("edge_legacy.pth")]
    public void A_file_that_python_wrote_is_read_as_pytorch_reads_it(string name)
    {
        using var file = Converted(Golden(name));

        Compare(file, "edge_expected.json", "");
        file.Position = 0;
        SafeTensors.ReadHeader(file).Tensors.Count.ShouldBe(16);
    }

    [Fact]
    public void A_checkpoints_weights_are_named_by_the_keys_that_lead_to_them()
    {
        using var file = Converted(Golden("edge_checkpoint.pth"));

        Compare(file, "edge_checkpoint_expected.json", "state_dict.module.encoder_q.");
        file.Position = 0;
        var names = SafeTensors.ReadHeader(file).Tensors.Select(tensor => tensor.Name).ToList();
        names.ShouldContain("best_acc1");
        names.ShouldContain(name => name.StartsWith("optimizer.state.0.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_whole_module_is_refused_with_the_name_of_what_it_would_run()
    {
        var refusal = Refusal(Golden("edge_whole_module.pth"));

        refusal.ShouldContain("'torch.nn.modules.");
        refusal.ShouldContain("state_dict()");
    }

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0trueetR.", "'os.system'")]
    [InlineData("cbuiltins\neval\n.", "'builtins.eval'")]
    [InlineData("c__main__\nOrderedDict\n.", "'__main__.OrderedDict'")]
    [InlineData("X\u0002\0\0\0osX\u0006\0\0\0system\u0093.", "'os.system'")]
    [InlineData("ctorch\nFloatStorage\n)R.", "no function")]
    [InlineData("K\u0001}b.", "sets the state")]
    [InlineData("(X\u0006\0\0\0moduleX\u0001\0\0\0xtQ.", "'module'")]
    [InlineData("P0\n.", "0x50")]
    [InlineData("]q\0h\0a.", "contain themselves")]
    [InlineData("K\u0001.", "no tensors")]
    [InlineData("0.", "damaged")]
    public void What_is_no_tensor_or_plain_container_is_refused_by_name(string pickle, string named) => Refusal(Archive(Latin(pickle))).ShouldContain(named);

    [Theory]
    [InlineData(0, 4, 1, "does not lie within")] // one beyond the end
    [InlineData(1, 3, 1, "does not lie within")]
    [InlineData(0, 2, 3, "does not lie within")]
    [InlineData(0, -1, 1, "does not lie within")]
    [InlineData(0, 3, -1, "does not lie within")]
    [InlineData(0, 100_000, 0, "at most 1000 are taken")] // one element repeated
    public void A_tensor_beyond_its_storage_or_the_limit_is_refused(int offset, int size, int stride, string named) =>
        Refusal(Archive(Tensor(3, offset, size, stride), new byte[12]), maxBytes: 1000).ShouldContain(named);

    [Fact]
    public void A_storage_that_is_shorter_than_its_pickle_says_is_refused() => Refusal(Archive(Tensor(4, 0, 4, 1), new byte[15])).ShouldContain("Storage 0 of 4 elements has 15 bytes");

    [Fact]
    public void Containers_that_unfold_without_end_are_refused()
    {
        // Twenty-five lists, each of which holds the one before twice.
        var laughs = new StringBuilder("]q\0");
        for (var i = 1; i <= 25; i++) laughs.Append("]q").Append((char)i).Append('h').Append((char)(i - 1)).Append("ah").Append((char)(i - 1)).Append('a');
        Refusal(Archive(Latin(laughs.Append('.').ToString()))).ShouldContain("nested");
    }

    [Fact]
    public void An_archive_that_was_packed_again_is_refused_with_what_to_do()
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.Optimal).Open())
            entry.Write(new byte[1000]);

        Refusal(packed.ToArray()).ShouldContain("compressed");
    }

    [Theory]
    [InlineData("edge_zip.pth")]
    [InlineData("edge_legacy.pth")]
    public void A_file_that_is_cut_short_anywhere_is_refused(string name)
    {
        var whole = Golden(name);
        for (var length = 0; length < whole.Length; length += 7) Refusal(whole[..length]).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("edge_zip.pth")]
    [InlineData("edge_legacy.pth")]
    public void Damage_anywhere_leads_to_a_refusal_or_to_other_numbers_and_to_nothing_else(string name)
    {
        var whole = Golden(name);
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Converted(damaged, maxBytes: 1 << 20).Dispose();
            }
            catch (WeightsException)
            {
            }
        }
    }

    [Fact]
    public void The_format_is_told_by_the_first_bytes()
    {
        WeightsSniffer.Sniff(new MemoryStream(Golden("edge_zip.pth"))).ShouldBe(WeightsFormat.Torch);
        WeightsSniffer.Sniff(new MemoryStream(Golden("edge_legacy.pth"))).ShouldBe(WeightsFormat.Torch);
        WeightsSniffer.Sniff(new MemoryStream(Golden("edge.safetensors"))).ShouldBe(WeightsFormat.SafeTensors);
        WeightsSniffer.Sniff(new MemoryStream([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0])).ShouldBe(WeightsFormat.Unknown);
        WeightsSniffer.Sniff(new MemoryStream()).ShouldBe(WeightsFormat.Unknown);
    }

    static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A one-dimensional float tensor on a storage of so many elements.</summary>
    static byte[] Tensor(int elements, int offset, int size, int stride) =>
    [
        .. Latin("ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpu"), (byte)'J', .. BitConverter.GetBytes(elements), .. Latin("tQJ"),
        .. BitConverter.GetBytes(offset), (byte)'J', .. BitConverter.GetBytes(size), 0x85, (byte)'J', .. BitConverter.GetBytes(stride), 0x85, 0x89, (byte)'N', .. Latin("tR."),
    ];

    static byte[] Archive(byte[] pickle, byte[]? storage = null)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("archive/data.pkl", pickle);
            if (storage is not null) Add("archive/data/0", storage);

            void Add(string name, byte[] bytes)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return packed.ToArray();
    }
}
