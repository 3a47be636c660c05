namespace ContrastiveService.Local.Sample;

/// <summary>Cosines of many pairs of each kind.</summary>
internal sealed record PairSimilarities(IReadOnlyList<double> Same, IReadOnlyList<double> Different, IReadOnlyList<double> Views)
{
    /// <summary>Draws as many pairs of each kind, always the same ones.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="vectors">Their embeddings, of length 1.</param>
    /// <param name="viewVectors">Embeddings of a second view of the first pictures, in the same order.</param>
    public static PairSimilarities Measure(IReadOnlyList<Picture> pictures, IReadOnlyList<float[]> vectors, IReadOnlyList<float[]> viewVectors)
    {
        var random = new Random(1);
        List<double> same = [], different = [];
        while (same.Count < viewVectors.Count || different.Count < viewVectors.Count)
        {
            var (i, j) = (random.Next(pictures.Count), random.Next(pictures.Count));
            var kind = pictures[i].Label == pictures[j].Label ? same : different;
            if (i != j && kind.Count < viewVectors.Count)
                kind.Add(Cosine(vectors[i], vectors[j]));
        }

        return new(same, different, [.. viewVectors.Select((view, i) => Cosine(vectors[i], view))]);
    }

    public static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
