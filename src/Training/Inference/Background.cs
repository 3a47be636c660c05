namespace ContrastiveService.Training.Inference;

/// <summary>How similar pictures are that do not belong together, under one model: the scale on which a similarity is read.</summary>
/// <param name="Quantiles">Cosines at 0, 0.1, …, 100 % of the pairs, ascending; 1,001 values.</param>
/// <param name="Pairs">How many pairs were drawn, each but once.</param>
/// <param name="DifferentLabels">Whether the pairs were of different labels, or, without labels, merely of different pictures.</param>
/// <param name="Split">Where the pictures came from: <c>test</c>, <c>validation</c> or <c>train</c>.</param>
public sealed record Background(double[] Quantiles, int Pairs, bool DifferentLabels, string Split)
{
    /// <summary>Measures on cosines in any order; without any there are no quantiles.</summary>
    internal static Background Of(float[] cosines, bool differentLabels, string split)
    {
        var sorted = cosines.Order().ToArray();
        var quantiles = Enumerable.Range(0, 1001).Select(q => (double)sorted[(int)Math.Round(q / 1000.0 * (sorted.Length - 1))]);
        return new(sorted.Length == 0 ? [] : [.. quantiles], sorted.Length, differentLabels, split);
    }

    /// <summary>The share of background pairs that are less similar than this, in percent [0, 100].</summary>
    public double Percentile(double cosine)
    {
        var low = Array.BinarySearch(Quantiles, cosine);
        if (low >= 0)
        {
            // Equal quantiles in a row: the middle of the run.
            var (first, last) = (low, low);
            while (first > 0 && Quantiles[first - 1] == cosine)
                first--;
            while (last < Quantiles.Length - 1 && Quantiles[last + 1] == cosine)
                last++;
            return 50.0 * (first + last) / (Quantiles.Length - 1);
        }

        var above = ~low;
        if (above == 0)
            return 0;
        if (above == Quantiles.Length)
            return 100;
        var share = (cosine - Quantiles[above - 1]) / (Quantiles[above] - Quantiles[above - 1]);
        return 100.0 * (above - 1 + share) / (Quantiles.Length - 1);
    }
}
