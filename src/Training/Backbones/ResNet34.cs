namespace ContrastiveService.Training.Backbones;

/// <summary>The residual network with 34 layers, 21.3 million parameters.</summary>
[Backbone("resnet34", Paper = "arXiv 1512.03385", Summary = "Residual network with 34 layers, 512 wide: twice the depth of resnet18.",
    Width = 512, Stages = StageCount, SmallestImage = SmallestStandard, SmallestImageSmallStem = SmallestSmallStem)]
public sealed class ResNet34(BackbonePlan plan, int channels)
    : ResNet(nameof(ResNet34), plan, channels, (inputs, planes, stride) => new BasicBlock(inputs, planes, stride), expansion: 1, depths: [3, 4, 6, 3]);
