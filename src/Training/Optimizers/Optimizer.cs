using ContrastiveService.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>
/// Moves parameters along their gradients, with the arithmetic of PyTorch's optimiser of the same name. Its state is named after the parameters, so that a run
/// that is saved and loaded goes on bit for bit. Build it after the parameters are on their device.
/// </summary>
public abstract class Optimizer : IDisposable
{
    readonly List<(string Name, Parameter Parameter)> parameters;
    readonly bool decaysVectors;
    readonly double weightDecay;

    private protected Optimizer(IEnumerable<(string Name, Parameter Parameter)> parameters, double weightDecay, bool decaysVectors)
    {
        this.parameters = [.. parameters];
        this.weightDecay = weightDecay;
        this.decaysVectors = decaysVectors;
        if (this.parameters.GroupBy(parameter => parameter.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two parameters are called '{twice.Key}'.", nameof(parameters));
    }

    /// <summary>The optimiser that a plan asks for.</summary>
    /// <param name="plan">Which, and its settings.</param>
    /// <param name="parameters">What it moves, each by a name of its own.</param>
    /// <param name="decaysVectors">Whether weight decay also reaches parameters with one dimension (biases and norms), as it does in PyTorch without parameter groups.</param>
    public static Optimizer Create(OptimizerPlan plan, IEnumerable<(string Name, Parameter Parameter)> parameters, bool decaysVectors = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Type switch
        {
            OptimizerKind.Sgd => new Sgd(plan, parameters, decaysVectors),
            OptimizerKind.Adamw => new AdamW(plan, parameters, decaysVectors),
            _ => throw new ArgumentException($"There is no optimizer '{plan.Type}'.", nameof(plan)),
        };
    }

    /// <summary>One step. Parameters without a gradient stay where they are, and so does their state.</summary>
    public void Step(double learningRate)
    {
        using var ungraded = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient) continue;
            Move(name, parameter, gradient, learningRate, decaysVectors || parameter.dim() > 1 ? weightDecay : 0);
        }
    }

    /// <summary>Forgets all gradients, so that a parameter that the next loss does not reach is not moved.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, parameter) in parameters) parameter.grad = null;
    }

    /// <summary>What a checkpoint must hold besides the parameters: names start with the parameter's. The tensors stay this optimiser's.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State() => parameters.SelectMany(parameter => State(parameter.Name));

    /// <summary>Takes back what <see cref="State()"/> gave. The tensors are copied.</summary>
    /// <param name="find">A tensor by its name, or null where there is none: that parameter was never moved.</param>
    /// <exception cref="WeightsException">A tensor has another shape than its parameter, or only some of a parameter's tensors are there.</exception>
    public void LoadState(Func<string, Tensor?> find)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in parameters) LoadState(name, parameter, find);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Move(string name, Parameter parameter, Tensor gradient, double learningRate, double weightDecay);

    private protected abstract IEnumerable<(string Name, Tensor Tensor)> State(string name);

    private protected abstract void LoadState(string name, Parameter parameter, Func<string, Tensor?> find);

    protected abstract void Dispose(bool disposing);

    /// <summary>A copy of a loaded tensor on the parameter's device, outside any scope; null where there is none.</summary>
    private protected static Tensor? Copy(string name, Parameter parameter, Tensor? loaded)
    {
        if (loaded is null) return null;
        if (!loaded.shape.AsSpan().SequenceEqual(parameter.shape))
            throw new WeightsException($"{name} has shape ({string.Join(", ", loaded.shape)}), its parameter ({string.Join(", ", parameter.shape)}): the checkpoint is of another model.");
        return loaded.to(parameter.dtype, parameter.device, copy: true).DetachFromDisposeScope();
    }
}
