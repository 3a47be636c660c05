using System.Buffers.Binary;
using System.Text;
using ContrastiveService.Training.Weights;

namespace ContrastiveService.Training.Tests.Weights;

/// <summary>Damaged and hostile files end in a message that names the culprit, never in a read outside the file.</summary>
public sealed class SafeTensorsHeaderTests
{
    static MemoryStream File(string json, int dataLength, ulong? length = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length ?? (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return new MemoryStream(bytes);
    }

    static string Refusal(string json, int dataLength = 8, ulong? length = null) =>
        Should.Throw<WeightsException>(() => SafeTensors.ReadHeader(File(json, dataLength, length))).Message;

    static string Tensor(string members, string name = "w") => $"\"{name}\":{{{members}}}";

    static string Floats(string name, int begin, int end) => Tensor($"\"dtype\":\"F32\",\"shape\":[{(end - begin) / 4}],\"data_offsets\":[{begin},{end}]", name);

    [Fact]
    public void A_sound_header_is_read_in_the_order_of_its_bytes()
    {
        var header = SafeTensors.ReadHeader(File($"{{{Floats("b", 8, 16)},{Floats("a", 0, 8)}}}", 16));

        header.Tensors.Select(tensor => tensor.Name).ShouldBe(["a", "b"]);
        header.Find("b")!.Length.ShouldBe(8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    public void A_file_that_ends_within_its_header_is_refused(int length)
    {
        var whole = File($"{{{Floats("a", 0, 8)}}}", 8).ToArray();

        Should.Throw<WeightsException>(() => SafeTensors.ReadHeader(new MemoryStream(whole[..length]))).Message.ShouldContain("ends within its header");
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_000_000)]
    [InlineData(SafeTensorsHeader.MaxLength + 1)]
    public void A_header_of_unbelievable_length_is_refused_before_it_is_read(ulong length) =>
        Refusal("{}", 0, length).ShouldContain($"{length} bytes long");

    [Theory]
    [InlineData("no json at all")]
    [InlineData("{\"w\":")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[[[[[2]]]]],\"data_offsets\":[0,8]}}")]
    public void What_is_not_json_of_the_right_depth_is_refused(string json) => Refusal(json).ShouldContain("not the JSON of a safetensors file");

    [Fact]
    public void A_list_is_refused() => Refusal("[]").ShouldContain("not a JSON object");

    [Fact]
    public void A_name_that_appears_twice_is_refused() => Refusal($"{{{Floats("w", 0, 8)},{Floats("w", 8, 16)}}}", 16).ShouldContain("'w'");

    [Fact]
    public void Tensors_that_overlap_are_refused() => Refusal($"{{{Floats("a", 0, 8)},{Floats("b", 4, 12)}}}", 12).ShouldContain("'b' begins at byte 4, where 8 was due: tensors overlap");

    [Fact]
    public void Tensors_that_leave_a_gap_are_refused() => Refusal($"{{{Floats("a", 0, 8)},{Floats("b", 12, 16)}}}", 16).ShouldContain("leave a gap");

    [Fact]
    public void A_first_tensor_that_does_not_begin_at_the_first_byte_is_refused() => Refusal($"{{{Floats("a", 4, 8)}}}").ShouldContain("leave a gap");

    [Fact]
    public void A_file_that_is_cut_short_is_refused() => Refusal($"{{{Floats("a", 0, 8)}}}", 7).ShouldContain("cut short");

    [Fact]
    public void A_file_that_is_too_long_is_refused() => Refusal($"{{{Floats("a", 0, 8)}}}", 9).ShouldContain("too long");

    [Theory]
    [InlineData("\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]", "'F8_E4M3'. Known are F64, F32")]
    [InlineData("\"shape\":[2],\"data_offsets\":[0,8]", "no dtype")]
    [InlineData("\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]", "no dtype")]
    [InlineData("\"dtype\":\"F32\",\"data_offsets\":[0,8]", "no shape")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2]", "no data_offsets")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]", "-2 in shape")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]", "2.5 in shape")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]", "\"2\" in shape")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]", "99999999999999999999 in shape")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]", "no first and last byte")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]", "no first and last byte")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,-8]", "-8 in data_offsets")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]", "needs 12 bytes and has 8")]
    [InlineData("\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]", "larger than any file")]
    public void An_entry_that_makes_no_sense_is_refused_by_name(string members, string complaint)
    {
        var refusal = Refusal($"{{{Tensor(members)}}}");

        refusal.ShouldContain("Tensor 'w'");
        refusal.ShouldContain(complaint);
    }

    [Theory]
    [InlineData("{\"__metadata__\":{\"epoch\":3}}", "__metadata__.epoch")]
    [InlineData("{\"__metadata__\":[]}", "__metadata__ is not")]
    public void Metadata_other_than_strings_is_refused(string json, string complaint) => Refusal(json, 0).ShouldContain(complaint);
}
