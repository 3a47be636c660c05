namespace ContrastiveService.Api.Inference;

/// <param name="Vectors">One for each picture, in their order; empty where the network failed on the picture.</param>
/// <param name="Faults">Why it failed, by the picture's place. Each of them failed alone; the others are as if it had not been there.</param>
/// <param name="Waited">From the queue's door until the network began.</param>
/// <param name="Forward">How long the network took for the batch that they were in.</param>
sealed record InferenceResult(float[][] Vectors, IReadOnlyDictionary<int, Exception> Faults, TimeSpan Waited, TimeSpan Forward);
