using ContrastiveService.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>Adam (Kingma 2015, arXiv 1412.6980), in the order of torch.optim.Adam and torch.optim.AdamW.</summary>
/// <param name="plan">The settings.</param>
/// <param name="parameters">What it moves.</param>
/// <param name="decoupled">Whether weight decay shrinks the weight itself (AdamW; Loshchilov 2019, arXiv 1711.05101, algorithm 2); else it is added to the gradient.</param>
sealed class Adam(OptimizerPlan plan, IEnumerable<Moved> parameters, bool decoupled) : Optimizer(plan, parameters)
{
    sealed class Moments(Tensor first, Tensor second) : IDisposable
    {
        public Tensor First { get; } = first;

        public Tensor Second { get; } = second;

        public long Steps { get; set; }

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }

    readonly Dictionary<string, Moments> moments = [];

    private protected override void Move(string name, Parameter parameter, Tensor gradient, double learningRate, bool decays)
    {
        if (!moments.TryGetValue(name, out var state))
            moments[name] = state = new Moments(zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(), zeros_like(parameter, requires_grad: false).DetachFromDisposeScope());

        state.Steps++;
        var (beta1, beta2) = (Plan.Betas[0], Plan.Betas[1]);
        if (decays && Plan.WeightDecay != 0)
        {
            if (decoupled) parameter.mul_(1 - learningRate * Plan.WeightDecay);
            else gradient = gradient.add(parameter, Plan.WeightDecay);
        }

        state.First.lerp_(gradient, 1 - beta1);
        state.Second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        var stepSize = learningRate / (1 - Math.Pow(beta1, state.Steps));
        var denominator = state.Second.sqrt().div_(Math.Sqrt(1 - Math.Pow(beta2, state.Steps))).add_(Plan.Eps);
        parameter.addcdiv_(state.First, denominator, -stepSize);
    }

    private protected override IEnumerable<(string Name, Tensor Tensor)> State(string name)
    {
        if (!moments.TryGetValue(name, out var state)) yield break;
        yield return ($"{name}.exp_avg", state.First);
        yield return ($"{name}.exp_avg_sq", state.Second);
        yield return ($"{name}.step", tensor(state.Steps));
    }

    private protected override void LoadState(string name, Parameter parameter, Func<string, Tensor?> find)
    {
        if (moments.Remove(name, out var old)) old.Dispose();
        var loaded = (First: find($"{name}.exp_avg"), Second: find($"{name}.exp_avg_sq"), Steps: find($"{name}.step"));
        if (loaded is (null, null, null)) return;
        if (loaded.First is null || loaded.Second is null || loaded.Steps is null)
            throw new WeightsException($"Of {name}.exp_avg, {name}.exp_avg_sq and {name}.step only some are there: the checkpoint is damaged.");
        moments[name] = new Moments(Copy($"{name}.exp_avg", parameter, loaded.First)!, Copy($"{name}.exp_avg_sq", parameter, loaded.Second)!) { Steps = loaded.Steps.ToInt64() };
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var state in moments.Values) state.Dispose();
        moments.Clear();
    }
}
