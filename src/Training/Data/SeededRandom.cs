using System.Text;

namespace ContrastiveService.Training.Data;

/// <summary>
/// Random numbers that depend on nothing but the run's seed and what they are for (SplitMix64, Steele 2014). What a step draws is decided by its number, not by
/// what was drawn before: a resumed run needs no saved generator, and a GPU's unsavable one does not matter.
/// </summary>
public sealed class SeededRandom
{
    private ulong state;

    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for, such as <c>shuffle</c>.</param>
    /// <param name="position">Which draw of that purpose, such as the epoch or the step.</param>
    public SeededRandom(long seed, string purpose, long position = 0)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(purpose))
            hash = (hash ^ b) * 1099511628211UL;
        state = Mix(Mix((ulong)seed + 0x9E3779B97F4A7C15UL) ^ hash) ^ Mix((ulong)position + 0xD1B54A32D192ED03UL);
    }

    /// <summary>A seed for a library's own generator, in [0, 2⁶³).</summary>
    public long NextSeed() => (long)(Next() >> 1);

    /// <summary>A whole number in [0, bound), without bias (Lemire 2019).</summary>
    public long Next(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var product = (UInt128)Next() * (ulong)bound;
        if ((ulong)product < (ulong)bound)
        {
            var floor = (0UL - (ulong)bound) % (ulong)bound;
            while ((ulong)product < floor)
                product = (UInt128)Next() * (ulong)bound;
        }

        return (long)(ulong)(product >> 64);
    }

    /// <summary>A number in [0, 1), evenly spread, of 53 bits.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the elements in a random order (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15UL;
        return Mix(state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
