namespace ContrastiveService.Local.Rest;

/// <summary>Where a training job stands.</summary>
internal sealed record JobProgress(
    int Epoch, int Epochs, long Step, long TotalSteps, double? Loss, double? KnnTop1, double ImagesPerSecond, double? EtaSeconds, string? Phase)
{
    /// <summary>Done, in [0, 1].</summary>
    public double Share => TotalSteps == 0 ? 0 : (double)Step / TotalSteps;
}
