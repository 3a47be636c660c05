namespace ContrastiveService.Api.Similarity;

/// <summary>What each position of a picture adds to the cosine.</summary>
/// <param name="Values">Rows of positions from top to bottom; below 0 where a position makes the pictures less alike.</param>
/// <param name="Remainder">What no position adds: with the values it makes the cosine.</param>
/// <param name="Overlay">The picture as the model sees it with the map over it, red for what makes alike and blue for what makes different: a PNG as a data URI.</param>
public sealed record HeatMapView(float[][] Values, double Remainder, string Overlay);
