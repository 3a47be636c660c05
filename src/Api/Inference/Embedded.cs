using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Inference;

/// <param name="Model">The version that did it: <c>name:version</c>.</param>
/// <param name="Vectors">One of length 1 for each picture; empty where the picture has a fault.</param>
/// <param name="Faults">Why pictures have no vectors; none where one would have refused all.</param>
/// <param name="Card">What goes with it: how similar strangers are under it, and what makes a similarity a probability.</param>
/// <param name="Timings">Where the time went.</param>
sealed record Embedded(string Model, int Width, float[][] Vectors, ItemFaults Faults, ModelCard Card, Timings Timings);
