using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContrastiveService.Training.Weights;

/// <summary>The table of contents of a safetensors file, checked: its tensors lie one after the other, without overlap or gap, to the end of the file.</summary>
/// <remarks>Format: eight bytes of header length, little-endian; a JSON object of that length; the tensors' bytes (huggingface/safetensors, README "Format").</remarks>
public sealed class SafeTensorsHeader
{
    /// <summary>Largest header that is read: room for a hundred thousand tensors.</summary>
    public const int MaxLength = 16 << 20;

    const string MetadataKey = "__metadata__";

    readonly Dictionary<string, SafeTensorsEntry> byName;

    SafeTensorsHeader(IReadOnlyList<SafeTensorsEntry> tensors, IReadOnlyDictionary<string, string> metadata, long dataStart)
    {
        Tensors = tensors;
        Metadata = metadata;
        DataStart = dataStart;
        byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafeTensorsEntry> Tensors { get; }

    /// <summary>Free text about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Position in the stream of the first tensor's first byte.</summary>
    public long DataStart { get; }

    /// <summary>The tensor of that name, or null.</summary>
    public SafeTensorsEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The header's bytes, its length before it, padded with spaces so that what follows is aligned to eight bytes.</summary>
    internal static byte[] Encode(IEnumerable<SafeTensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafeTensorsDtype.NameOf(tensor.Name, tensor.Dtype));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(tensor.Begin);
                json.WriteNumberValue(tensor.End);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        if (buffer.Length - 8 > MaxLength) throw new WeightsException($"The header would be {buffer.Length - 8} bytes long; at most {MaxLength} can be read back.");
        var header = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - 8));
        return header;
    }

    internal static SafeTensorsHeader Read(Stream stream)
    {
        if (!stream.CanSeek) throw new ArgumentException("Safetensors are read from a seekable stream.", nameof(stream));
        try
        {
            var prefix = new byte[8];
            stream.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (length > MaxLength) throw new WeightsException($"The header would be {length} bytes long, and at most {MaxLength} are read: this is no safetensors file.");
            var json = new byte[length];
            stream.ReadExactly(json);
            var dataStart = stream.Position;
            return Parse(json, dataStart, stream.Length - dataStart);
        }
        catch (EndOfStreamException e)
        {
            throw new WeightsException("The file ends within its header.", e);
        }
        catch (JsonException e)
        {
            throw new WeightsException($"The header is not the JSON of a safetensors file: {e.Message}", e);
        }
    }

    static SafeTensorsHeader Parse(byte[] json, long dataStart, long dataLength)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new WeightsException("The header is not a JSON object.");

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<SafeTensorsEntry>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name == MetadataKey) ReadMetadata(member.Value, metadata);
            else tensors.Add(ReadEntry(member.Name, member.Value));
        }
        tensors.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));

        var end = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != end)
                throw new WeightsException($"Tensor '{tensor.Name}' begins at byte {tensor.Begin}, where {end} was due: tensors {(tensor.Begin < end ? "overlap" : "leave a gap")}.");
            end = tensor.End;
        }
        if (end != dataLength)
            throw new WeightsException($"The header describes {end} bytes of tensors and {dataLength} follow it: the file is {(dataLength < end ? "cut short" : "too long")}.");
        return new SafeTensorsHeader(tensors, metadata, dataStart);
    }

    static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new WeightsException($"{MetadataKey} is not a JSON object.");
        foreach (var member in element.EnumerateObject())
        {
            metadata[member.Name] = member.Value.ValueKind == JsonValueKind.String
                ? member.Value.GetString()!
                : throw new WeightsException($"{MetadataKey}.{member.Name} is not a string.");
        }
    }

    static SafeTensorsEntry ReadEntry(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw new WeightsException($"Tensor '{name}' has no dtype.");
        var type = SafeTensorsDtype.Parse(name, dtype.GetString()!);
        var shape = ReadNumbers(name, element, "shape");
        var offsets = ReadNumbers(name, element, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1]) throw new WeightsException($"Tensor '{name}' has no first and last byte in data_offsets.");

        var bytes = (Int128)SafeTensorsDtype.SizeOf(type);
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue) throw new WeightsException($"Tensor '{name}' of shape ({string.Join(", ", shape)}) is larger than any file.");
        }
        if (bytes != offsets[1] - offsets[0])
            throw new WeightsException($"Tensor '{name}' of shape ({string.Join(", ", shape)}) and type {dtype.GetString()} needs {bytes} bytes and has {offsets[1] - offsets[0]}.");
        return new SafeTensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    static long[] ReadNumbers(string name, JsonElement element, string member)
    {
        if (!element.TryGetProperty(member, out var array) || array.ValueKind != JsonValueKind.Array) throw new WeightsException($"Tensor '{name}' has no {member}.");
        return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
            ? number
            : throw new WeightsException($"Tensor '{name}' has {item.GetRawText()} in {member}; whole numbers from 0 on belong there."))];
    }
}
