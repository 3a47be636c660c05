using ContrastiveService.Training.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Heads;

/// <summary>
/// A teacher: a copy of the encoder and a head that follows them slowly and is never trained. It stays in training mode, with the statistics of its own batches, as
/// in the papers. As a submodule its weights are saved with the method.
/// </summary>
public sealed class MomentumCopy : nn.Module<Tensor, Tensor>
{
    private readonly Backbone encoder;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly (nn.Module Teacher, nn.Module Student)[] pairs;

    /// <summary>Starts equal to the encoder and the head.</summary>
    /// <param name="context">Has the encoder.</param>
    /// <param name="student">The head that is trained.</param>
    /// <param name="head">Another of the same shape, which becomes the teacher's.</param>
    public MomentumCopy(MethodContext context, nn.Module<Tensor, Tensor> student, nn.Module<Tensor, Tensor> head)
        : base(nameof(MomentumCopy))
    {
        ArgumentNullException.ThrowIfNull(context);
        encoder = context.NewEncoder();
        this.head = head;
        pairs = [(encoder, context.Encoder), (head, student)];
        Update(0);
        foreach (var parameter in encoder.parameters().Concat(head.parameters()))
            parameter.requires_grad_(false);
        RegisterComponents();
    }

    /// <summary>(B, C, S, S) to (B, d). Call it without gradient.</summary>
    public override Tensor forward(Tensor input) => head.forward(encoder.forward(input));

    /// <summary>Moves it towards the encoder and the head as they are now: once after each optimiser step.</summary>
    /// <param name="momentum">How much of it stays, 0 to 1.</param>
    public void Update(double momentum)
    {
        foreach (var (teacher, student) in pairs)
            Ema.Update(teacher, student, momentum);
    }
}
