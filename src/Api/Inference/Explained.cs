using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Api.Inference;

/// <param name="Explanation">Which parts make the pictures alike.</param>
/// <param name="A">The first picture as the model sees it: channels × size × size bytes.</param>
/// <param name="B">The second.</param>
/// <param name="Preprocessing">Their size and channels.</param>
sealed record Explained(PairExplanation Explanation, byte[] A, byte[] B, Preprocessing Preprocessing);
