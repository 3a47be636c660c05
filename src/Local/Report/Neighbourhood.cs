using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>A picture and those that lie nearest to it.</summary>
internal sealed record Neighbourhood(Picture Query, IReadOnlyList<(Picture Picture, double Cosine)> Nearest);
