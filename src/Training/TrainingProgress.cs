namespace ContrastiveService.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TotalSteps">Optimiser steps in all.</param>
/// <param name="Loss">The last loss that was read, or null before the first.</param>
/// <param name="KnnTop1">The last kNN top-1 accuracy, in [0, 1], or null without labels.</param>
/// <param name="ImagesPerSecond">Source pictures per second of training, evaluation left out, over the last seconds.</param>
/// <param name="EtaSeconds">Seconds to the end, evaluation included, or null before it can be said.</param>
/// <param name="Phase">What it is doing: <c>training</c> or <c>evaluating</c>.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Step, long TotalSteps, double? Loss, double? KnnTop1, double ImagesPerSecond, double? EtaSeconds, string Phase);
