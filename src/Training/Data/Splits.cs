using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Data;

/// <summary>Which pictures are trained on, which choose the checkpoint, and which are only reported. With two domains these are the source's.</summary>
/// <param name="Train">Positions in the store.</param>
/// <param name="Validation">The <c>val</c> split, or a share held out of the training items by the seed.</param>
/// <param name="Test">The <c>test</c> split; never trained on and never chosen by.</param>
public sealed record Splits(long[] Train, long[] Validation, long[] Test)
{
    /// <summary>The target domain's, where there is one.</summary>
    public Splits? Target { get; init; }

    /// <summary>Where numbers are reported on: the test split, or what comes nearest to it, and its name.</summary>
    public (long[] Items, string Split) Reported => this switch
    {
        { Test.Length: > 0 } => (Test, "test"),
        { Validation.Length: > 0 } => (Validation, "validation"),
        _ => (Train, "train"),
    };

    /// <summary>Splits a store. The same store, seed, share and domains give the same split.</summary>
    public static Splits Of(ImageStore store, long seed, double validationShare, DomainsPlan? domains = null)
    {
        if (domains is null)
            return Of(store, store.All, seed, validationShare, "validation");
        var (source, target) = store.Domains(domains);
        return Of(store, source, seed, validationShare, "validation") with { Target = Of(store, target, seed, validationShare, "validation of the target") };
    }

    private static Splits Of(ImageStore store, IEnumerable<long> items, long seed, double validationShare, string purpose)
    {
        var train = new List<long>();
        var validation = new List<long>();
        var test = new List<long>();
        foreach (var i in items)
        {
            var part = store.Records[(int)i].Split switch { "val" => validation, "test" => test, _ => train };
            part.Add(i);
        }

        if (validation.Count > 0)
            return new([.. train], [.. validation], [.. test]);
        var shuffled = train.ToArray();
        new SeededRandom(seed, purpose).Shuffle(shuffled);
        var count = (int)Math.Ceiling(shuffled.Length * validationShare);
        var (held, kept) = (shuffled[..count], shuffled[count..]);
        Array.Sort(held);
        Array.Sort(kept);
        return new(kept, held, [.. test]);
    }
}
