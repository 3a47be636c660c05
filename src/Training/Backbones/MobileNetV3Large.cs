namespace ContrastiveService.Training.Backbones;

/// <summary>MobileNetV3-Large, 3 million parameters (the paper's table 1).</summary>
[Backbone("mobilenet_v3_large", Paper = "arXiv 1905.02244", Summary = "Network for phones, 960 wide.", Width = 960, Stages = 5, SmallestImage = Smallest)]
public sealed class MobileNetV3Large(int channels) : MobileNetV3(nameof(MobileNetV3Large), channels,
[
    new(16, 3, 16, 16, false, false, 1),
    new(16, 3, 64, 24, false, false, 2),
    new(24, 3, 72, 24, false, false, 1),
    new(24, 5, 72, 40, true, false, 2),
    new(40, 5, 120, 40, true, false, 1),
    new(40, 5, 120, 40, true, false, 1),
    new(40, 3, 240, 80, false, true, 2),
    new(80, 3, 200, 80, false, true, 1),
    new(80, 3, 184, 80, false, true, 1),
    new(80, 3, 184, 80, false, true, 1),
    new(80, 3, 480, 112, true, true, 1),
    new(112, 3, 672, 112, true, true, 1),
    new(112, 5, 672, 160, true, true, 2),
    new(160, 5, 960, 160, true, true, 1),
    new(160, 5, 960, 160, true, true, 1),
]);
