using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Api.Inference;

/// <param name="Model">The version that did it: <c>name:version</c>.</param>
/// <param name="Explanation">How alike the pictures are, and which parts make them so.</param>
/// <param name="A">The first picture as the model sees it: channels × size × size bytes.</param>
/// <param name="B">The second.</param>
/// <param name="Preprocessing">Their size and channels.</param>
/// <param name="Card">What makes a similarity a probability.</param>
/// <param name="Timings">Where the time went.</param>
sealed record Explained(string Model, PairExplanation Explanation, byte[] A, byte[] B, Preprocessing Preprocessing, ModelCard Card, Timings Timings);
