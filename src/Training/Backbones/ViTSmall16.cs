namespace ContrastiveService.Training.Backbones;

/// <summary>The small transformer of DeiT (arXiv 2012.12877, table 1), 21.6 million parameters at 224 px. torchvision lacks it; its names follow torchvision's scheme.</summary>
[Backbone("vit_s_16", Paper = "arXiv 2012.12877", Summary = "Small vision transformer, 384 wide, patches of 16 px: what DINO was made for. Needs much data or pretrained weights.",
    Width = 384, Stages = 13, SmallestImage = Patch, ImageMultiple = Patch)]
public sealed class ViTSmall16(int channels, int imageSize)
    : VisionTransformer(nameof(ViTSmall16), channels, imageSize, Patch, width: 384, depth: 12, heads: 6, hidden: 1536)
{
    const int Patch = 16;
}
