using System.Globalization;
using ContrastiveService.Local.Rest;

namespace ContrastiveService.Local.Terminal;

/// <summary>Training in one line.</summary>
internal static class ProgressText
{
    public static string Of(JobProgress progress)
    {
        if (progress.TotalSteps == 0)
            return progress.Phase ?? "starting";
        string?[] parts =
        [
            $"epoch {Math.Min(progress.Epoch + 1, progress.Epochs)}/{progress.Epochs}",
            progress.Loss is { } loss ? string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.000}") : null,
            progress.KnnTop1 is { } knn ? string.Create(CultureInfo.InvariantCulture, $"kNN top-1 {100 * knn:0.0} %") : null,
            progress.Phase is { } phase and not "training" ? phase
                : progress.ImagesPerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $"{progress.ImagesPerSecond:#,0} images/s") : null,
            progress.EtaSeconds is { } eta ? $"ETA {TimeSpan.FromSeconds(eta):m\\:ss}" : null,
        ];
        return string.Join("  ", parts.Where(part => part is not null));
    }
}
