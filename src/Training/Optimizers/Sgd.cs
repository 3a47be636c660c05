using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum, Nesterov's if asked for, and weight decay added to the gradient.</summary>
/// <remarks>Source: torch.optim.SGD (Sutskever 2013 with the learning rate outside the momentum buffer), no dampening.</remarks>
sealed class Sgd(OptimizerPlan plan, IEnumerable<(string Name, Parameter Parameter)> parameters, bool decaysVectors = false)
    : Optimizer(parameters, plan.WeightDecay, decaysVectors)
{
    const string Suffix = ".momentum_buffer";

    readonly Dictionary<string, Tensor> buffers = [];

    private protected override void Move(string name, Parameter parameter, Tensor gradient, double learningRate, double weightDecay)
    {
        if (weightDecay != 0) gradient = gradient.add(parameter, weightDecay);
        if (plan.Momentum != 0)
        {
            if (buffers.TryGetValue(name, out var buffer)) buffer.mul_(plan.Momentum).add_(gradient);
            else buffers[name] = buffer = gradient.clone().DetachFromDisposeScope();
            gradient = plan.Nesterov ? gradient.add(buffer, plan.Momentum) : buffer;
        }
        parameter.add_(gradient, -learningRate);
    }

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
