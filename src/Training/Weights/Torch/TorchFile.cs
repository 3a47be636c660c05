using System.Numerics;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>A file that torch.save wrote: what its pickle holds, and where its storages lie. Two formats: a zip archive, and that from before PyTorch 1.6.</summary>
sealed class TorchFile
{
    static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, null);

    readonly Dictionary<string, TorchStorage> declared = new(StringComparer.Ordinal);

    TorchFile(Stream stream) => Stream = stream;

    public Stream Stream { get; }

    public object? Root { get; private set; }

    /// <summary>Position of the first byte of each storage that the pickle names.</summary>
    public Dictionary<string, long> Positions { get; } = new(StringComparer.Ordinal);

    /// <param name="stream">Seekable; kept, and read on until nobody needs the tensors any more.</param>
    /// <exception cref="WeightsException">It is damaged, or asks for what is not run.</exception>
    public static TorchFile Open(Stream stream)
    {
        var file = new TorchFile(stream);
        stream.Position = 0;
        if (stream.ReadByte() == 'P') file.ReadArchive();
        else file.ReadLegacy();
        return file;
    }

    void ReadArchive()
    {
        var entries = ZipDirectory.Read(Stream);
        if (entries.Keys.FirstOrDefault(name => name.EndsWith("/data.pkl", StringComparison.Ordinal)) is not { } pickle)
            throw new WeightsException("The archive has no data.pkl: torch.save did not write it.");
        var folder = pickle[..^"data.pkl".Length];
        if (entries.TryGetValue(folder + "byteorder", out var order) && order.Length != "little".Length)
            throw new WeightsException("The file was written on a big-endian machine, which is not read.");
        var (position, length) = entries[pickle];
        Stream.Position = position;
        Root = Pickle.Load(Stream, length, Declare);
        foreach (var (key, storage) in declared)
        {
            if (!entries.TryGetValue($"{folder}data/{key}", out var entry)) throw new WeightsException($"The archive lacks the storage {key} that its pickle names: it is damaged.");
            Place(storage, entry.Position, entry.Length);
        }
    }

    void ReadLegacy()
    {
        Stream.Position = 0;
        if (Next() is not BigInteger magic || magic != Magic) throw new WeightsException("The file begins with another pickle than torch.save writes.");
        if (Next() is not 1001L) throw new WeightsException("The file has another version than torch.save writes.");
        if (Next() is OrderedDictionary<object, object?> system && system.TryGetValue("little_endian", out var little) && little is false)
            throw new WeightsException("The file was written on a big-endian machine, which is not read.");
        Root = Next();
        if (Next() is not List<object?> keys) throw new WeightsException("The file has no list of its storages: it is damaged.");
        Span<byte> count = stackalloc byte[8];
        foreach (var key in keys)
        {
            if (key is not string name || !declared.TryGetValue(name, out var storage)) throw new WeightsException($"The file holds a storage '{key}' that its pickle does not name: it is damaged.");
            if (Stream.ReadAtLeast(count, 8, throwOnEndOfStream: false) < 8) throw new WeightsException("The file ends before its last storage: it is cut short.");
            var elements = BitConverter.ToInt64(count);
            if (elements != storage.Elements) throw new WeightsException($"Storage {name} has {elements} elements where its pickle names {storage.Elements}: the file is damaged.");
            Place(storage, Stream.Position, Stream.Length - Stream.Position);
            Stream.Position += elements * SafeTensorsDtype.SizeOf(storage.Dtype);
        }
        if (declared.Keys.FirstOrDefault(key => !Positions.ContainsKey(key)) is { } missing) throw new WeightsException($"The file lacks the storage {missing} that its pickle names: it is damaged.");

        object? Next() => Pickle.Load(Stream, Stream.Length - Stream.Position, Declare);
    }

    /// <summary>A storage from ('storage', class, key, location, elements) and, in the older format, a view of a part of it as (key, first element, elements).</summary>
    TorchStorage Declare(object?[] id)
    {
        if (id is not ["storage", PickleGlobal { Meaning: PickleGlobal.Kind.Storage } type, string key, _, long elements, ..])
            throw new WeightsException($"The file refers to '{(id.Length > 0 ? id[0] : null)}' outside of its pickle, which is not read: only storages of tensors are.");
        var whole = new TorchStorage(key, type.Dtype, 0, elements);
        if (elements < 0 || declared.TryGetValue(key, out var known) && known != whole) throw new WeightsException($"The file describes storage {key} in two ways: it is damaged.");
        declared[key] = whole;
        if (id is not [_, _, _, _, _, object?[] view]) return whole;
        return view is [_, long first, long length] && first >= 0 && length >= 0 && first <= elements - length
            ? whole with { First = first, Elements = length }
            : throw new WeightsException($"A part of storage {key} does not lie within it: the file is damaged.");
    }

    void Place(TorchStorage storage, long position, long bytes)
    {
        if ((Int128)storage.Elements * SafeTensorsDtype.SizeOf(storage.Dtype) > bytes)
            throw new WeightsException($"Storage {storage.Key} of {storage.Elements} elements has {bytes} bytes: the file is cut short or damaged.");
        Positions[storage.Key] = position;
    }
}
