using ContrastiveService.Training.Losses;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>The losses once more, as slow and as close to the formulas as can be: loops over doubles.</summary>
internal static class SlowLosses
{
    public static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    public static double[] Unit(double[] x)
    {
        var length = Math.Max(Math.Sqrt(x.Sum(a => a * a)), 1e-12);
        return [.. x.Select(a => a / length)];
    }

    public static double NtXent(double[][] z0, double[][] z1, double temperature)
    {
        double[][] z = [.. z0.Concat(z1).Select(Unit)];
        var b = z0.Length;
        var sum = 0.0;
        for (var i = 0; i < 2 * b; i++)
        {
            double Similarity(int k) => z[i].Zip(z[k], (a, c) => a * c).Sum() / temperature;
            var partner = i < b ? i + b : i - b;
            sum -= Math.Log(Math.Exp(Similarity(partner)) / Enumerable.Range(0, 2 * b).Where(k => k != i).Sum(k => Math.Exp(Similarity(k))));
        }

        return sum / (2 * b);
    }

    public static (double Loss, double Positive, double Negative) ContrastiveOfPairs(double[][] x0, double[][] x1, bool[] similar, double margin)
    {
        var pulls = new List<double>();
        var pushes = new List<double>();
        for (var i = 0; i < x0.Length; i++)
        {
            var d = Distance(x0[i], x1[i]);
            if (similar[i])
                pulls.Add(d * d / 2);
            else
                pushes.Add(Math.Pow(Math.Max(0, margin - d), 2) / 2);
        }

        return (pulls.Concat(pushes).Average(), pulls.DefaultIfEmpty().Average(), pushes.DefaultIfEmpty().Average());
    }

    public static (double Positive, double Negative) ContrastiveOfLabels(double[][] x, long[] labels, double margin, ContrastiveForm form, PairAverage average)
    {
        var pulls = new List<double>();
        var pushes = new List<double>();
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < x.Length; j++)
            {
                if (i == j)
                    continue;
                var d = Distance(x[i], x[j]);
                if (labels[i] == labels[j])
                    pulls.Add(form switch { ContrastiveForm.Hadsell => d * d / 2, ContrastiveForm.Distance => d, _ => d * d });
                else
                    pushes.Add(form switch { ContrastiveForm.Hadsell => Math.Pow(Math.Max(0, margin - d), 2) / 2, _ => Math.Max(0, margin - (form == ContrastiveForm.Distance ? d : d * d)) });
            }
        }

        double Mean(List<double> costs) => costs.Where(c => average == PairAverage.All || c > 0).DefaultIfEmpty().Average();
        return (Mean(pulls), Mean(pushes));
    }

    public static (double Loss, double Active) Triplet(double[][] x, long[] labels, TripletMining mining, double margin, bool squared, bool soft)
    {
        double D(int i, int j) => squared ? Math.Pow(Distance(x[i], x[j]), 2) : Distance(x[i], x[j]);
        var all = from a in Enumerable.Range(0, x.Length)
                  from p in Enumerable.Range(0, x.Length)
                  from n in Enumerable.Range(0, x.Length)
                  where a != p && labels[a] == labels[p] && labels[a] != labels[n]
                  select (a, near: D(a, p), far: D(a, n));
        var candidates = all.ToList();
        if (mining == TripletMining.BatchHard)
            candidates = [.. candidates.GroupBy(t => t.a).Select(g => (g.Key, g.Max(t => t.near), g.Min(t => t.far)))];
        var chosen = candidates.Where(t => mining switch
        {
            TripletMining.SemiHard => t.near < t.far && t.far < t.near + margin,
            TripletMining.Hard => t.far <= t.near,
            _ => true,
        }).ToList();
        var costs = chosen.Select(t => soft ? Math.Log(1 + Math.Exp(t.near - t.far)) : Math.Max(0, t.near - t.far + margin));
        var active = candidates.Count == 0 ? 0 : (double)chosen.Count(t => t.near - t.far + margin > 0) / candidates.Count;
        return (costs.Where(c => c > 0).DefaultIfEmpty().Average(), active);
    }

    public static double DeepCoral(double[][] source, double[][] target)
    {
        double Covariance(double[][] x, int i, int j) =>
            x.Sum(row => (row[i] - x.Average(r => r[i])) * (row[j] - x.Average(r => r[j]))) / (x.Length - 1);
        var d = source[0].Length;
        var pairs = from i in Enumerable.Range(0, d) from j in Enumerable.Range(0, d) select Math.Pow(Covariance(source, i, j) - Covariance(target, i, j), 2);
        return pairs.Sum() / (4 * d * d);
    }

    public static double CrossDomainMatching(double[][] f, double[][] memory, double temperature) => f.Average(row =>
    {
        var e = memory.Select(v => Math.Exp(Unit(row).Zip(v, (a, b) => a * b).Sum() / temperature)).ToArray();
        return -e.Sum(x => x / e.Sum() * Math.Log(x / e.Sum()));
    });

    public static double Cmc(double[][][] views, double temperature)
    {
        double Similarity(double[] a, double[] b) => Math.Exp(Unit(a).Zip(Unit(b), (p, q) => p * q).Sum() / temperature);
        double OneWay(double[][] q, double[][] k) => q.Select((row, i) => -Math.Log(Similarity(row, k[i]) / k.Sum(other => Similarity(row, other)))).Average();
        return (from a in views from b in views where !ReferenceEquals(a, b) select OneWay(a, b)).Sum();
    }
}
