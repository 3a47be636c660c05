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
    readonly List<Moved> parameters;

    private protected Optimizer(OptimizerPlan plan, IEnumerable<Moved> parameters)
    {
        Plan = plan;
        this.parameters = [.. parameters];
        if (this.parameters.GroupBy(parameter => parameter.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two parameters are called '{twice.Key}'.", nameof(parameters));
    }

    /// <summary>The settings.</summary>
    private protected OptimizerPlan Plan { get; }

    /// <summary>The optimiser that a plan asks for.</summary>
    /// <param name="plan">Which, and its settings.</param>
    /// <param name="parameters">What it moves, each by a name of its own.</param>
    /// <param name="decaysVectors">Whether weight decay also reaches parameters with one dimension (biases and norms), as it does in PyTorch without parameter groups.</param>
    /// <param name="rule">How it treats a parameter, by name; as planned if left out.</param>
    public static Optimizer Create(
        OptimizerPlan plan, IEnumerable<(string Name, Parameter Parameter)> parameters, bool decaysVectors = false, Func<string, ParameterRule>? rule = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var moved = parameters.Select(p =>
        {
            var own = rule?.Invoke(p.Name) ?? ParameterRule.AsPlanned;
            return new Moved(p.Name, p.Parameter, own with { Decays = own.Decays && (decaysVectors || p.Parameter.dim() > 1) });
        });
        return plan.Type switch
        {
            OptimizerKind.Sgd => new Sgd(plan, moved),
            OptimizerKind.Adam => new Adam(plan, moved, decoupled: false),
            OptimizerKind.Adamw => new Adam(plan, moved, decoupled: true),
            OptimizerKind.Lars => new Lars(plan, moved),
            _ => throw new ArgumentException($"There is no optimizer '{plan.Type}'.", nameof(plan)),
        };
    }

    /// <summary>The length of all gradients as one vector, () on their device. Where it is above the plan's clipNorm, all are scaled down to that.</summary>
    public Tensor Clip()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var gradients = parameters.Select(parameter => parameter.Parameter.grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0) return zeros([]).MoveToOuterDisposeScope();
        var length = stack(gradients.Select(gradient => gradient.norm())).norm();
        if (Plan.ClipNorm is { } longest)
        {
            // On the device, so that no step waits for it.
            var factor = (longest / (length + 1e-6)).clamp_max(1);
            foreach (var gradient in gradients) gradient.mul_(factor);
        }

        return length.MoveToOuterDisposeScope();
    }

    /// <summary>One step. Parameters without a gradient stay where they are, and so does their state.</summary>
    /// <param name="learningRate">The schedule's, before the factors of single parameters.</param>
    public void Step(double learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        Move([.. parameters.Where(p => p.Parameter.grad is not null).Select(p =>
            new Move(p.Name, p.Parameter, p.Parameter.grad!, p.Rule.LearningRateFactor * (p.Rule.Scheduled ? learningRate : Plan.LearningRate), p.Rule.Decays))]);
    }

    /// <summary>Forgets all gradients, so that a parameter that the next loss does not reach is not moved.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, parameter, _) in parameters) parameter.grad = null;
    }

    /// <summary>What a checkpoint must hold besides the parameters: names start with the parameter's. The tensors stay this optimiser's.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State() => parameters.SelectMany(parameter => State(parameter.Name));

    /// <summary>Takes back what <see cref="State()"/> gave. The tensors are copied.</summary>
    /// <param name="find">A tensor by its name, or null where there is none: that parameter was never moved.</param>
    /// <exception cref="WeightsException">A tensor has another shape than its parameter, or only some of a parameter's tensors are there.</exception>
    public void LoadState(Func<string, Tensor?> find)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter, _) in parameters) LoadState(name, parameter, find);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Move(IReadOnlyList<Move> moves);

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
