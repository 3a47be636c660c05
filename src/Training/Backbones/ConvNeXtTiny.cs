namespace ContrastiveService.Training.Backbones;

/// <summary>ConvNeXt-T, 27.8 million parameters.</summary>
[Backbone("convnext_tiny", Paper = "arXiv 2201.03545", Summary = "Convolutions arranged as in a transformer, 768 wide.", Width = 768, Stages = 5, SmallestImage = Smallest)]
public sealed class ConvNeXtTiny(int channels) : ConvNeXt(nameof(ConvNeXtTiny), channels, widths: [96, 192, 384, 768], depths: [3, 3, 9, 3]);
