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

    public static double Cosine(double[] x, double[] y) => Unit(x).Zip(Unit(y), (a, b) => a * b).Sum();

    public static double SimSiam(double[][] p0, double[][] p1, double[][] z0, double[][] z1) =>
        -(p0.Zip(z1, Cosine).Average() + p1.Zip(z0, Cosine).Average()) / 2;

    public static double Byol(double[][] p0, double[][] p1, double[][] z0, double[][] z1)
    {
        double Away(double[] p, double[] z) => Math.Pow(Distance(Unit(p), Unit(z)), 2);
        return p0.Zip(z1, Away).Average() + p1.Zip(z0, Away).Average();
    }

    public static (double OnDiagonal, double OffDiagonal) BarlowTwins(double[][] z0, double[][] z1)
    {
        var (on, off) = (0.0, 0.0);
        for (var i = 0; i < z0[0].Length; i++)
        {
            for (var j = 0; j < z0[0].Length; j++)
            {
                var (a, b) = (Column(z0, i), Column(z1, j));
                var c = Covariance(a, b, a.Length) / Math.Sqrt((Covariance(a, a, a.Length) + 1e-5) * (Covariance(b, b, b.Length) + 1e-5));
                if (i == j)
                    on += (1 - c) * (1 - c);
                else
                    off += c * c;
            }
        }

        return (on, off);
    }

    public static (double Invariance, double Variance, double Covariance) VicReg(double[][] z0, double[][] z1)
    {
        var width = z0[0].Length;
        var (variance, covariance) = (0.0, 0.0);
        foreach (var z in new[] { z0, z1 })
        {
            for (var i = 0; i < width; i++)
            {
                for (var j = 0; j < width; j++)
                {
                    var c = Covariance(Column(z, i), Column(z, j), z.Length - 1);
                    if (i == j)
                        variance += Math.Max(0, 1 - Math.Sqrt(c + 1e-4)) / width / 2;
                    else
                        covariance += c * c / width;
                }
            }
        }

        return (z0.Zip(z1, (x, y) => Math.Pow(Distance(x, y), 2)).Sum() / z0.Length / width, variance, covariance);
    }

    private static double[] Column(double[][] rows, int column) => [.. rows.Select(row => row[column])];

    private static double Covariance(double[] x, double[] y, int over)
    {
        var (mx, my) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / over;
    }

    public static double[][] Sinkhorn(double[][] scores, double epsilon, int iterations)
    {
        double[][] q = [.. scores.Select(row => row.Select(s => Math.Exp(s / epsilon)).ToArray())];
        var total = q.Sum(row => row.Sum());
        q = [.. q.Select(row => row.Select(x => x / total).ToArray())];
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var columns = Enumerable.Range(0, q[0].Length).Select(k => q.Sum(row => row[k]) * q[0].Length).ToArray();
            q = [.. q.Select(row => row.Zip(columns, (x, sum) => x / sum).ToArray())];
            q = [.. q.Select(row => row.Select(x => x / row.Sum() / q.Length).ToArray())];
        }

        return [.. q.Select(row => row.Select(x => x * q.Length).ToArray())];
    }

    public static double SwAv(double[][][] scores, double[][][] assignments, double temperature) =>
        CrossViews(assignments, [.. scores.Select(view => Softmax(view, temperature))]);

    public static double Dino(double[][][] student, double[][][] teacher, double[] center, double studentTemperature, double teacherTemperature) =>
        CrossViews(
            [.. teacher.Select(view => Softmax([.. view.Select(row => row.Zip(center, (t, c) => t - c).ToArray())], teacherTemperature))],
            [.. student.Select(view => Softmax(view, studentTemperature))]);

    private static double CrossViews(double[][][] targets, double[][][] predictions)
    {
        var costs =
            from t in Enumerable.Range(0, targets.Length)
            from v in Enumerable.Range(0, predictions.Length)
            where v != t
            from row in targets[t].Zip(predictions[v])
            select -row.First.Zip(row.Second, (q, p) => q * Math.Log(p)).Sum();
        return costs.Average();
    }

    private static double[][] Softmax(double[][] rows, double temperature) =>
        [.. rows.Select(row => row.Select(x => Math.Exp(x / temperature) / row.Sum(y => Math.Exp(y / temperature))).ToArray())];

    public static double Mmd(double[][] s, double[][] t, MmdEstimator estimator, double[] alphas)
    {
        double[][] all = [.. s, .. t];
        var m = all.SelectMany(x => all.Select(y => Math.Pow(Distance(x, y), 2))).Average();
        double K(double[] x, double[] y) => alphas.Sum(alpha => Math.Exp(-Math.Pow(Distance(x, y), 2) / (2 * alpha * m)));
        if (estimator == MmdEstimator.Linear)
        {
            int Next(int i) => (i + 1) % s.Length;
            return Enumerable.Range(0, s.Length).Average(i => K(s[i], s[Next(i)]) + K(t[i], t[Next(i)]) - K(s[i], t[Next(i)]) - K(s[Next(i)], t[i]));
        }

        double Within(double[][] x) =>
            (from i in Enumerable.Range(0, x.Length) from j in Enumerable.Range(0, x.Length) where i != j || estimator == MmdEstimator.Biased select K(x[i], x[j])).DefaultIfEmpty().Average();
        return Within(s) + Within(t) - (2 * s.SelectMany(x => t.Select(y => K(x, y))).Average());
    }

    public static double Coral(double[][] s, double[][] t)
    {
        var d = s[0].Length;
        double Covariance(double[][] x, int a, int b) =>
            x.Sum(row => (row[a] - x.Average(r => r[a])) * (row[b] - x.Average(r => r[b]))) / (x.Length - 1);
        return (from a in Enumerable.Range(0, d) from b in Enumerable.Range(0, d) select Math.Pow(Covariance(s, a, b) - Covariance(t, a, b), 2)).Sum() / (4 * d * d);
    }

    public static double L1Alignment(double[][] s, double[][] t) =>
        Enumerable.Range(0, s[0].Length).Average(k => Math.Abs(s.Average(x => x[k]) - t.Average(x => x[k])));

    public static double ClassifierDiscrepancy(double[][] a, double[][] b) =>
        a.Zip(b, (x, y) => Softmax(x).Zip(Softmax(y), (p, q) => Math.Abs(p - q)).Average()).Average();

    public static double FixMatch(double[][] weak, double[][] strong, double threshold) => weak.Zip(strong, (x, y) =>
    {
        var q = Softmax(x);
        return q.Max() >= threshold ? -Math.Log(Softmax(y)[Array.IndexOf(q, q.Max())]) : 0;
    }).Average();

    public static double SelfEnsembling(double[][] student, double[][] teacher, double threshold) =>
        student.Zip(teacher, (x, y) => Softmax(y).Max() >= threshold ? Softmax(x).Zip(Softmax(y), (p, q) => (p - q) * (p - q)).Average() : 0).Average();

    private static double[] Softmax(double[] x) => [.. x.Select(a => Math.Exp(a) / x.Sum(Math.Exp))];
}
