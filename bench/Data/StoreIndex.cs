using ContrastiveService.Training.Data;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>Processor time of opening a store of a million pictures, against reading its index's bytes.</summary>
internal static class StoreIndex
{
    private const int Rounds = 5, Records = 1_000_000;

    public static void Measure(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("bench-index-");
        try
        {
            var path = Path.Combine(folder.FullName, "store");
            using (var builder = new ImageStoreBuilder(path, 1, 1))
            {
                for (var i = 0; i < Records; i++)
                    builder.AddDecoded(new ImageRecord($"photo/{i % 1000:D4}/picture-{i:D8}.jpg", $"{i % 1000:D4}", "photo", "train", $"thing-{i / 4}"), [0]);
                builder.Finish();
            }

            var index = Directory.GetFiles(folder.FullName, "*.index").Single();
            var (open, read) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                var before = Environment.CpuUsage.TotalTime;
                File.ReadAllBytes(index);
                read.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
                before = Environment.CpuUsage.TotalTime;
                using var store = ImageStore.Open(path);
                open.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }

            report.Add(
                new { records = Records, indexBytes = new FileInfo(index).Length, openSeconds = open, readSeconds = read },
                Invariant($"opening a store of a million pictures ({new FileInfo(index).Length >> 20} MiB of index), processor s: open, read the bytes"),
                Invariant($"{Report.Median(open):0.00}"), Invariant($"{Report.Median(read):0.00}"), Report.Spread([.. open.Zip(read, (o, r) => o / r)]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
