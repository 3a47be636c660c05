using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Backbones;

/// <summary>Which encoder a job trains.</summary>
public sealed record BackbonePlan
{
    [Description("The encoder's architecture; GET /api/v1/backbones lists them.")]
    public string Type { get; init; } = "resnet18";

    [Description("Where the architecture has two: `small` (3×3, stride 1, no pooling; for pictures up to about 64 px) or `standard` (torchvision's). `auto` chooses by imageSize.")]
    public StemKind Stem { get; init; } = StemKind.Auto;

    [Description("Batch normalisation after every layer of seed-convnet, which has none of its own: it learns faster and its features spread better. Other architectures have theirs whatever this says.")]
    public bool BatchNorm { get; init; }

    [Description("Times seed-convnet's 64 and 128 channels (MobileNet's α): a quarter costs a tenth and learns nearly as well on the simplest pictures. Other architectures have their own widths whatever this says.")]
    [Range(0.1, 8.0)]
    public double WidthMultiplier { get; init; } = 1;

    [Description("Name of uploaded weights to start from (POST /api/v1/weights); random ones if left out. Tensors that they lack start at random.")]
    public string? Pretrained { get; init; }

    [Description("Stages, from the input on, that keep the weights they start with; 0 trains all. GET /api/v1/backbones says how many there are. For pretrained weights.")]
    [Range(0, 13)]
    public int Freeze { get; init; }
}
