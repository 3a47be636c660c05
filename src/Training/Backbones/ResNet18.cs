namespace ContrastiveService.Training.Backbones;

/// <summary>The residual network with 18 layers, 11.2 million parameters.</summary>
[Backbone("resnet18", Paper = "arXiv 1512.03385", Summary = "Residual network with 18 layers, 512 wide: the usual choice, with a stem for small pictures.",
    Width = 512, Stages = StageCount, SmallestImage = SmallestStandard, SmallestImageSmallStem = SmallestSmallStem)]
public sealed class ResNet18(BackbonePlan plan, int channels)
    : ResNet(nameof(ResNet18), plan, channels, (inputs, planes, stride) => new BasicBlock(inputs, planes, stride), expansion: 1, depths: [2, 2, 2, 2]);
