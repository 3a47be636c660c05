using System.Globalization;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>
/// Reads a pickle (Python's pickletools describes its opcodes) without running anything: numbers, strings, containers and tensors come out, and a pickle that
/// wants more is refused. Python's objects become null, bool, long, BigInteger, double, string, byte[], object[] (tuple), List (list and set) and OrderedDictionary.
/// </summary>
sealed class Pickle
{
    const int MostValues = 4_000_000;

    readonly PickleBytes bytes;
    readonly Func<object[], TorchStorage> storages;
    readonly Stack<object?> stack = new();
    readonly Dictionary<int, object?> memo = [];
    int values;

    Pickle(PickleBytes bytes, Func<object[], TorchStorage> storages) => (this.bytes, this.storages) = (bytes, storages);

    sealed class Mark
    {
        public static Mark It { get; } = new();
    }

    /// <param name="stream">Read from its position to the pickle's end, and no further.</param>
    /// <param name="length">Most bytes that may be read.</param>
    /// <param name="storages">Makes a storage of a persistent id's tuple.</param>
    /// <exception cref="WeightsException">It is damaged, or asks for what is not run.</exception>
    public static object? Load(Stream stream, long length, Func<object[], TorchStorage> storages)
    {
        try
        {
            return new Pickle(new PickleBytes(stream, length), storages).Run();
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new WeightsException("The pickle in the file is damaged.", e);
        }
    }

    object? Run()
    {
        while (true)
        {
            var code = bytes.Byte();
            if (code == '.') return stack.Pop();
            if (Constant(code, out var value)) Push(value);
            else if (!Container(code) && !Bookkeeping(code)) Construct(code);
        }
    }

    bool Constant(byte code, out object? value)
    {
        value = code switch
        {
            (byte)'N' => null,
            0x88 => true,
            0x89 => false,
            (byte)'J' => (long)bytes.Int32(),
            (byte)'K' => (long)bytes.Byte(),
            (byte)'M' => (long)bytes.UInt16(),
            0x8a => bytes.Integer(bytes.Byte()),
            0x8b => bytes.Integer(bytes.Int32()),
            (byte)'I' => bytes.Line() switch { "01" => true, "00" => false, var text => long.Parse(text, CultureInfo.InvariantCulture) },
            (byte)'G' => bytes.Double(),
            (byte)'X' => bytes.Text(bytes.Int32()),
            0x8c => bytes.Text(bytes.Byte()),
            0x8d => bytes.Text((long)bytes.Integer(8)),
            (byte)'U' => bytes.Text(bytes.Byte()),
            (byte)'T' => bytes.Text(bytes.Int32()),
            (byte)'B' => bytes.Bytes(bytes.Int32()),
            (byte)'C' => bytes.Bytes(bytes.Byte()),
            0x8e => bytes.Bytes((long)bytes.Integer(8)),
            (byte)'}' => new OrderedDictionary<object, object?>(),
            (byte)']' or 0x8f => new List<object?>(),
            (byte)')' => Array.Empty<object?>(),
            (byte)'(' => Mark.It,
            _ => this,
        };
        return value != this;
    }

    bool Container(byte code)
    {
        switch (code)
        {
            case (byte)'t': Push(ToMark()); return true;
            case 0x85: Push(Take(1)); return true;
            case 0x86: Push(Take(2)); return true;
            case 0x87: Push(Take(3)); return true;
            case (byte)'l' or 0x91: Push(new List<object?>(ToMark())); return true;
            case (byte)'d': Push(Fill(new OrderedDictionary<object, object?>(), ToMark())); return true;
            case (byte)'a': Extend(Take(1)); return true;
            case (byte)'e' or 0x90: Extend(ToMark()); return true;
            case (byte)'s': Extend(Take(2)); return true;
            case (byte)'u': Extend(ToMark()); return true;
            default: return false;
        }
    }

    bool Bookkeeping(byte code)
    {
        switch (code)
        {
            case 0x80:
                if (bytes.Byte() is var protocol and > 5) throw new WeightsException($"The pickle in the file is of protocol {protocol}; those up to 5 are read.");
                return true;
            case 0x95: bytes.Bytes(8); return true;
            case (byte)'0': stack.Pop(); return true;
            case (byte)'1': ToMark(); return true;
            case (byte)'2': Push(stack.Peek()); return true;
            case (byte)'q': memo[bytes.Byte()] = stack.Peek(); return true;
            case (byte)'r': memo[bytes.Int32()] = stack.Peek(); return true;
            case 0x94: memo[memo.Count] = stack.Peek(); return true;
            case (byte)'h': Push(Remembered(bytes.Byte())); return true;
            case (byte)'j': Push(Remembered(bytes.Int32())); return true;
            default: return false;
        }
    }

    void Construct(byte code)
    {
        switch (code)
        {
            case (byte)'c':
                Push(PickleGlobal.Of(bytes.Line(), bytes.Line()));
                break;
            case 0x93:
                var name = Take(2);
                Push(PickleGlobal.Of((string)name[0]!, (string)name[1]!));
                break;
            case (byte)'R' or 0x81:
                var call = Take(2);
                Push(PickleObjects.Make((PickleGlobal)call[0]!, (object?[])call[1]!));
                break;
            case (byte)'b':
                var state = stack.Pop();
                if (stack.Peek() is PickleNamespace { Fields: var fields } && state is OrderedDictionary<object, object?> given)
                    foreach (var (key, value) in given) fields[key] = value;
                else if (stack.Peek() is not OrderedDictionary<object, object?>)
                    throw new WeightsException("The pickle in the file sets the state of an object that is no plain container: it is not read.");
                // A dictionary's attributes, such as the _metadata of a state_dict, say nothing about tensors.
                break;
            case (byte)'Q':
                Push(storages(((object?[])stack.Pop()!)!));
                break;
            default:
                throw new WeightsException($"The pickle in the file has the opcode 0x{code:x2}, which PyTorch does not write: it is damaged or of another kind.");
        }
    }

    void Push(object? value)
    {
        if (++values > MostValues) throw new WeightsException($"The pickle in the file has more than {MostValues} values: this is no file of weights.");
        stack.Push(value);
    }

    object? Remembered(int number) => memo.TryGetValue(number, out var value) ? value : throw new WeightsException("The pickle in the file is damaged.");

    object?[] Take(int count)
    {
        var taken = new object?[count];
        for (var i = count - 1; i >= 0; i--) taken[i] = stack.Pop();
        return taken;
    }

    object?[] ToMark()
    {
        var taken = new List<object?>();
        while (stack.Pop() is var value && value != Mark.It) taken.Add(value);
        taken.Reverse();
        return [.. taken];
    }

    void Extend(object?[] added)
    {
        if (stack.Peek() is List<object?> list) list.AddRange(added);
        else if (stack.Peek() is PickleNamespace { Fields: var fields }) Fill(fields, added);
        else Fill((OrderedDictionary<object, object?>)stack.Peek()!, added);
    }

    static OrderedDictionary<object, object?> Fill(OrderedDictionary<object, object?> dictionary, object?[] pairs)
    {
        for (var i = 0; i < pairs.Length; i += 2) dictionary[pairs[i] ?? "None"] = pairs[i + 1];
        return dictionary;
    }
}
