namespace ContrastiveService.Training.Weights.Torch;

/// <summary>What the calls in a pickle stand for.</summary>
static class PickleObjects
{
    public static object? Make(PickleGlobal what, object?[] arguments) => what.Meaning switch
    {
        PickleGlobal.Kind.OrderedDictionary => Dictionary(arguments),
        PickleGlobal.Kind.Namespace => new PickleNamespace([]),
        PickleGlobal.Kind.RebuildTensor => TorchTensor.Of((TorchStorage)arguments[0]!, (long)arguments[1]!, Longs(arguments[2]), Longs(arguments[3])),
        PickleGlobal.Kind.RebuildParameter => (TorchTensor)arguments[0]!,
        PickleGlobal.Kind.Size => arguments.Length == 0 ? Array.Empty<object?>() : arguments[0],
        PickleGlobal.Kind.Device => null,
        _ => throw new WeightsException("The pickle in the file calls what is no function: it is damaged."),
    };

    static OrderedDictionary<object, object?> Dictionary(object?[] arguments)
    {
        var dictionary = new OrderedDictionary<object, object?>();
        if (arguments is [OrderedDictionary<object, object?> given])
            foreach (var (key, value) in given) dictionary[key] = value;
        else if (arguments is [List<object?> pairs])
            foreach (var pair in pairs) dictionary[Item(pair, 0)!] = Item(pair, 1);
        return dictionary;
    }

    static object? Item(object? pair, int index) => pair is List<object?> list ? list[index] : ((object?[])pair!)[index];

    static long[] Longs(object? tuple) => Array.ConvertAll((object?[])tuple!, item => (long)item!);
}
