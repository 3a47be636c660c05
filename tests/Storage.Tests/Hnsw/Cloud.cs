using System.Runtime.InteropServices;
using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Storage.Tests.Hnsw;

/// <summary>Unit vectors at random, the same for one seed, and what is nearest among them by a plain loop.</summary>
sealed class Cloud(int width, bool half = false)
{
    readonly Dictionary<string, float[]> vectors = [];

    public NewCollectionItem Item(string key, int seed, string metadata = "{}")
    {
        vectors[key] = Draw(seed);
        return new NewCollectionItem(key, metadata, Encode(vectors[key]));
    }

    public IReadOnlyList<NewCollectionItem> Items(int count, Func<int, string>? metadata = null) =>
        [.. Enumerable.Range(0, count).Select(i => Item($"{i:0000}", i, metadata?.Invoke(i) ?? "{}"))];

    public void Remove(string key) => vectors.Remove(key);

    public float[] Draw(int seed)
    {
        var random = new Random(seed);
        var vector = new float[width];
        for (var i = 0; i < width; i++)
            vector[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        var length = Math.Sqrt(vector.Sum(x => (double)x * x));
        // As stored, so that float16 is compared with float16.
        return [.. vector.Select(x => half ? (float)(Half)(float)(x / length) : (float)(x / length))];
    }

    /// <summary>The nearest keys, best first.</summary>
    public IReadOnlyList<string> Nearest(float[] query, int k, Func<string, bool>? among = null) =>
        [.. vectors.Where(item => among?.Invoke(item.Key) ?? true).OrderByDescending(item => Dot(item.Value, query)).Take(k).Select(item => item.Key)];

    public static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    byte[] Encode(float[] vector) => half ? MemoryMarshal.AsBytes<Half>([.. vector.Select(x => (Half)x)]).ToArray() : MemoryMarshal.AsBytes<float>(vector).ToArray();
}
