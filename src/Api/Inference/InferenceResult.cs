namespace ContrastiveService.Api.Inference;

/// <param name="Vectors">One for each picture, in their order.</param>
/// <param name="Waited">From the queue's door until the network began.</param>
/// <param name="Forward">How long the network took for the batch that they were in.</param>
sealed record InferenceResult(float[][] Vectors, TimeSpan Waited, TimeSpan Forward);
