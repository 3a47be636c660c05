namespace ContrastiveService.Training.Data;

/// <summary>Which pictures are trained on, which choose the checkpoint, and which are only reported.</summary>
/// <param name="Train">Positions in the store.</param>
/// <param name="Validation">The <c>val</c> split, or a share held out of the training items by the seed.</param>
/// <param name="Test">The <c>test</c> split; never trained on and never chosen by.</param>
public sealed record Splits(long[] Train, long[] Validation, long[] Test)
{
    /// <summary>Splits a store. The same store, seed and share give the same split.</summary>
    public static Splits Of(ImageStore store, long seed, double validationShare)
    {
        var train = new List<long>();
        var validation = new List<long>();
        var test = new List<long>();
        for (var i = 0; i < store.Records.Count; i++)
        {
            var target = store.Records[i].Split switch { "val" => validation, "test" => test, _ => train };
            target.Add(i);
        }

        if (validation.Count > 0)
            return new([.. train], [.. validation], [.. test]);
        var shuffled = train.ToArray();
        new SeededRandom(seed, "validation").Shuffle(shuffled);
        var count = (int)Math.Ceiling(shuffled.Length * validationShare);
        var (held, kept) = (shuffled[..count], shuffled[count..]);
        Array.Sort(held);
        Array.Sort(kept);
        return new(kept, held, [.. test]);
    }
}
