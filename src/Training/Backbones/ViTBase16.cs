namespace ContrastiveService.Training.Backbones;

/// <summary>ViT-B/16, 85.8 million parameters at 224 px.</summary>
[Backbone("vit_b_16", Paper = "arXiv 2010.11929", Summary = "Vision transformer, 768 wide, patches of 16 px. Needs very much data or pretrained weights, and a GPU.",
    Width = 768, Stages = 13, SmallestImage = Patch, ImageMultiple = Patch)]
public sealed class ViTBase16(int channels, int imageSize)
    : VisionTransformer(nameof(ViTBase16), channels, imageSize, Patch, width: 768, depth: 12, heads: 12, hidden: 3072)
{
    const int Patch = 16;
}
