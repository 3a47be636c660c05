using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>
/// A way of learning: the heads it puts on the shared encoder, its loss, and what it moves after a step (teachers, queues, centres).
/// Heads are registered submodules and everything else that lasts is a registered buffer, so that the module's state is the method's whole state.
/// </summary>
public abstract class Method(string name, MethodContext context) : nn.Module(name)
{
    /// <summary>What this method was built around.</summary>
    protected MethodContext Context { get; } = context;

    /// <summary>
    /// The scalar to minimise, attached to the graph; finite for any finite input. Leaves exactly one tensor in the caller's dispose scope, besides
    /// <see cref="Batch.Reports"/>.
    /// </summary>
    public abstract Tensor Loss(Batch batch);

    /// <summary>The method's own parameters that the optimiser moves (never a teacher's). The encoder's are added by the trainer.</summary>
    public virtual IEnumerable<(string Name, Parameter Parameter)> Trainable() => named_parameters();

    /// <summary>Called after every optimiser step, without gradient. <paramref name="progress"/> is the share of the run that is done, in (0, 1].</summary>
    public virtual void AfterStep(double progress)
    {
    }
}
