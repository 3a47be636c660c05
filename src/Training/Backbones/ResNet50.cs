namespace ContrastiveService.Training.Backbones;

/// <summary>The residual network with 50 layers in bottleneck blocks, 23.5 million parameters.</summary>
[Backbone("resnet50", Paper = "arXiv 1512.03385", Summary = "Residual network with 50 layers, 2048 wide: what most papers of the field report on.",
    Width = 512 * Bottleneck.Expansion, Stages = StageCount, SmallestImage = SmallestStandard, SmallestImageSmallStem = SmallestSmallStem)]
public sealed class ResNet50(BackbonePlan plan, int channels)
    : ResNet(nameof(ResNet50), plan, channels, (inputs, planes, stride) => new Bottleneck(inputs, planes, stride, planes), Bottleneck.Expansion, depths: [3, 4, 6, 3]);
