using ContrastiveService.Training.Optimizers;
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
    /// <see cref="Batch.Reports"/>. It moves nothing that lasts: with accumulation it is called for several micro-batches before one step.
    /// </summary>
    public abstract Tensor Loss(Batch batch);

    /// <summary>The method's own parameters that the optimiser moves: by default those that require gradients, which a teacher's do not. The encoder's are added by the trainer.</summary>
    public virtual IEnumerable<(string Name, Parameter Parameter)> Trainable() => named_parameters().Where(p => p.parameter.requires_grad);

    /// <summary>How the optimiser treats one of <see cref="Trainable"/>, where that differs from the plan.</summary>
    public virtual ParameterRule Rule(string name) => ParameterRule.AsPlanned;

    /// <summary>Called after every optimiser step, without gradient; <paramref name="steps"/> of them are done.</summary>
    public virtual void AfterStep(long steps)
    {
    }
}
