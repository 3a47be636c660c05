namespace ContrastiveService.Training.Backbones;

/// <summary>The numbers of an <see cref="InvertedResidual"/>.</summary>
/// <param name="Channels">Channels in.</param>
/// <param name="Kernel">Side of the filter.</param>
/// <param name="Expanded">Channels that the filter works on.</param>
/// <param name="Planes">Channels out.</param>
/// <param name="Stride">Of the filter.</param>
readonly record struct InvertedResidualShape(int Channels, int Kernel, int Expanded, int Planes, int Stride);
