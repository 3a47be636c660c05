using ContrastiveService.Training.Inference;

namespace ContrastiveService.Training.Explanation;

/// <summary>
/// Whether a map points at what counts: parts are taken out of a picture, or put back, in the order of the map, and the cosine to the other picture is watched
/// (Petsiuk, Das and Saenko 2018, arXiv 1806.07421, section 4.1).
/// </summary>
/// <param name="Deletion">Mean cosine while parts are replaced by the mean colour of the training pictures, the highest first. Lower is better.</param>
/// <param name="Insertion">Mean cosine while parts are put into a picture of that colour, the highest first. Higher is better.</param>
public sealed record Faithfulness(double Deletion, double Insertion)
{
    /// <summary>Insertion − deletion: 0 on average for a map that knows nothing.</summary>
    public double Gain => Insertion - Deletion;

    /// <summary>Measures one map of one picture, over all numbers of parts from none to all.</summary>
    /// <param name="model">The model that was asked.</param>
    /// <param name="picture">Channels × size × size bytes.</param>
    /// <param name="other">The embedding that it is compared with, of length 1.</param>
    /// <param name="map">Its parts and their order; equal values go from top left to bottom right.</param>
    public static Faithfulness Of(EmbeddingModel model, byte[] picture, float[] other, HeatMap map)
    {
        var order = Enumerable.Range(0, map.Values.Length).OrderByDescending(part => map.Values[part]).ToArray();
        var blank = Blank(model);
        var deleted = model.Embed([.. Steps(model, picture, blank, map, order)]);
        var inserted = model.Embed([.. Steps(model, blank, picture, map, order)]);
        return new(deleted.Average(v => UnitVectors.Cosine(v, other)), inserted.Average(v => UnitVectors.Cosine(v, other)));
    }

    private static byte[] Blank(EmbeddingModel model)
    {
        var (size, channels, mean) = (model.Preprocessing.Size, model.Preprocessing.Channels, model.Preprocessing.Mean);
        return [.. Enumerable.Range(0, channels).SelectMany(c => Enumerable.Repeat((byte)Math.Round(255 * mean[c]), size * size))];
    }

    /// <summary>The picture, then the picture with ever more parts of another.</summary>
    private static IEnumerable<byte[]> Steps(EmbeddingModel model, byte[] from, byte[] to, HeatMap map, int[] order)
    {
        var (size, channels) = (model.Preprocessing.Size, model.Preprocessing.Channels);
        var now = (byte[])from.Clone();
        yield return (byte[])now.Clone();
        foreach (var part in order)
        {
            var (row, column) = (part / map.Columns, part % map.Columns);
            var (left, right) = (column * size / map.Columns, (column + 1) * size / map.Columns);
            for (var y = row * size / map.Rows; y < (row + 1) * size / map.Rows; y++)
                for (var c = 0; c < channels; c++)
                    Array.Copy(to, (((c * size) + y) * size) + left, now, (((c * size) + y) * size) + left, right - left);
            yield return (byte[])now.Clone();
        }
    }
}
