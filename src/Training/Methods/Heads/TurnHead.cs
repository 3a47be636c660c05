using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>Tells which of its four quarter turns a picture was given (Gidaris, Singh, Komodakis 2018, arXiv 1803.07728).</summary>
public sealed class TurnHead : nn.Module<Tensor, Tensor>
{
    /// <summary>How many ways a picture may be turned.</summary>
    public const int Turns = 4;

    private readonly Linear turn;

    /// <summary>Builds it on the CPU from the global generator.</summary>
    /// <param name="inputs">Width of the encoder's features.</param>
    public TurnHead(int inputs)
        : base(nameof(TurnHead))
    {
        turn = nn.Linear(inputs, Turns);
        RegisterComponents();
    }

    /// <summary>(B, inputs) to (B, 4): a logit for each turn.</summary>
    public override Tensor forward(Tensor input) => turn.forward(input);

    /// <summary>Cross-entropy of telling the turns, and how many were told.</summary>
    /// <param name="features">Of pictures turned by 0, 1, 2 and 3 right angles: four of (B, inputs).</param>
    /// <returns>The loss, () with a gradient; the share that was told, ().</returns>
    public (Tensor Loss, Tensor Accuracy) Loss(IReadOnlyList<Tensor> features)
    {
        var logits = forward(cat([.. features])); // (4B, 4)
        var turns = arange(Turns, device: logits.device).repeat_interleave(features[0].size(0));
        return (nn.functional.cross_entropy(logits, turns), logits.argmax(1).eq(turns).to(float32).mean());
    }

    /// <summary>(B, C, S, S) turned by 0, 1, 2 and 3 right angles, pixel by pixel, so that nothing but what it shows tells the turn.</summary>
    public static IEnumerable<Tensor> QuarterTurns(Tensor view) => Enumerable.Range(0, Turns).Select(k => view.rot90(k, (2, 3)));
}
