namespace ContrastiveService.Training.Weights;

/// <summary>
/// Finds an encoder among the tensors of a file: the prefix under which most of the encoder's names lie with fitting shapes, be it
/// <c>state_dict.module.encoder_q.</c>, <c>teacher.backbone.</c> or nothing.
/// </summary>
static class WeightsMatch
{
    /// <summary>Where a file holds several encoders that fit as well, papers judge the one that learns by gradients, but DINO's teacher and running averages.</summary>
    static readonly string[] Preferred = ["teacher", "ema", "encoder_q", "online"], Avoided = ["encoder_k", "momentum", "target", "student"];

    /// <param name="encoder">Shapes of the encoder's parameters and buffers by name.</param>
    /// <param name="file">Shapes of the file's tensors by name.</param>
    public static WeightsReport Find(IReadOnlyDictionary<string, long[]> encoder, IReadOnlyDictionary<string, IReadOnlyList<long>> file)
    {
        var ranked = Prefixes(encoder, file.Keys).Select(prefix => (Prefix: prefix, Score: encoder.Count(wanted => Fits(prefix, wanted))))
            .OrderByDescending(found => found.Score).ThenByDescending(found => Preference(found.Prefix)).ThenBy(found => found.Prefix.Length)
            .ThenBy(found => found.Prefix, StringComparer.Ordinal).ToList();
        var (prefix, score) = ranked.Count > 0 ? ranked[0] : ("", 0);
        var present = encoder.Where(wanted => file.ContainsKey(prefix + wanted.Key)).ToList();
        var matched = present.Where(wanted => Fits(prefix, wanted)).ToList();
        return new WeightsReport(
            prefix,
            score == 0 ? [] : [.. ranked.Skip(1).Where(other => other.Score == score).Select(other => other.Prefix)],
            [.. matched.Select(wanted => wanted.Key)],
            [.. matched.Select(wanted => WeightsAdaptation.Describe(wanted.Key, file[prefix + wanted.Key], wanted.Value)).OfType<string>()],
            [.. encoder.Keys.Except(present.Select(wanted => wanted.Key))],
            [.. present.Except(matched).Select(wanted => $"{wanted.Key} ({Text(file[prefix + wanted.Key])} in the file, {Text(wanted.Value)} here)")],
            [.. file.Keys.Except(present.Select(wanted => prefix + wanted.Key))]);

        bool Fits(string before, KeyValuePair<string, long[]> wanted) =>
            file.TryGetValue(before + wanted.Key, out var shape) && WeightsAdaptation.Fits(wanted.Key, shape, wanted.Value);
    }

    /// <summary>Every beginning of a file's name, up to a dot, that leaves one of the encoder's.</summary>
    static HashSet<string> Prefixes(IReadOnlyDictionary<string, long[]> encoder, IEnumerable<string> names)
    {
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            for (var start = 0; start >= 0 && start < name.Length;)
            {
                if (encoder.ContainsKey(name[start..])) prefixes.Add(name[..start]);
                var dot = name.IndexOf('.', start);
                start = dot < 0 ? -1 : dot + 1;
            }
        }
        return prefixes;
    }

    static int Preference(string prefix) =>
        Preferred.Count(word => prefix.Contains(word, StringComparison.Ordinal)) - Avoided.Count(word => prefix.Contains(word, StringComparison.Ordinal));

    static string Text(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";
}
