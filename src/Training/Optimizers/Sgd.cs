using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum, Nesterov's if asked for, and weight decay added to the gradient.</summary>
/// <remarks>Source: torch.optim.SGD (Sutskever 2013 with the learning rate outside the momentum buffer), no dampening.</remarks>
class Sgd(OptimizerPlan plan, IEnumerable<Moved> parameters) : Optimizer(plan, parameters)
{
    const string Suffix = ".momentum_buffer";

    readonly Dictionary<string, Tensor> buffers = [];

    private protected override void Move(IReadOnlyList<Move> moves)
    {
        foreach (var (name, parameter, gradient, learningRate, decays) in moves)
        {
            using var scope = NewDisposeScope();
            Move(name, parameter, gradient, learningRate, decays);
        }
    }

    void Move(string name, Parameter parameter, Tensor gradient, double learningRate, bool decays)
    {
        gradient = Direction(parameter, gradient, decays);
        if (Plan.Momentum != 0)
        {
            if (buffers.TryGetValue(name, out var buffer)) buffer.mul_(Plan.Momentum).add_(gradient);
            else buffers[name] = buffer = gradient.clone().DetachFromDisposeScope();
            gradient = Plan.Nesterov ? gradient.add(buffer, Plan.Momentum) : buffer;
        }
        parameter.add_(gradient, -learningRate);
    }

    /// <summary>What momentum gathers: the gradient with weight decay.</summary>
    private protected virtual Tensor Direction(Parameter parameter, Tensor gradient, bool decays) =>
        decays && Plan.WeightDecay != 0 ? gradient.add(parameter, Plan.WeightDecay) : gradient;

    private protected override IEnumerable<(string Name, Tensor Tensor)> State(string name)
    {
        if (buffers.TryGetValue(name, out var buffer)) yield return (name + Suffix, buffer);
    }

    private protected override void LoadState(string name, Parameter parameter, Func<string, Tensor?> find)
    {
        if (buffers.Remove(name, out var old)) old.Dispose();
        if (Copy(name + Suffix, parameter, find(name + Suffix)) is { } buffer) buffers[name] = buffer;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in buffers.Values) buffer.Dispose();
        buffers.Clear();
    }
}
