namespace ContrastiveService.Training.Backbones;

/// <summary>MobileNetV3-Small, 0.9 million parameters (the paper's table 2).</summary>
[Backbone("mobilenet_v3_small", Paper = "arXiv 1905.02244", Summary = "Small network for phones, 576 wide: the cheapest of the pretrained architectures.",
    Width = 576, Stages = 5, SmallestImage = Smallest)]
public sealed class MobileNetV3Small(int channels) : MobileNetV3(nameof(MobileNetV3Small), channels,
[
    new(16, 3, 16, 16, true, false, 2),
    new(16, 3, 72, 24, false, false, 2),
    new(24, 3, 88, 24, false, false, 1),
    new(24, 5, 96, 40, true, true, 2),
    new(40, 5, 240, 40, true, true, 1),
    new(40, 5, 240, 40, true, true, 1),
    new(40, 5, 120, 48, true, true, 1),
    new(48, 5, 144, 48, true, true, 1),
    new(48, 5, 288, 96, true, true, 2),
    new(96, 5, 576, 96, true, true, 1),
    new(96, 5, 576, 96, true, true, 1),
]);
