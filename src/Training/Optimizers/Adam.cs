using ContrastiveService.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>Adam (Kingma 2015, arXiv 1412.6980), with the arithmetic of torch.optim.Adam and torch.optim.AdamW; all weights that go alike are moved by one call.</summary>
/// <param name="plan">The settings.</param>
/// <param name="parameters">What it moves.</param>
/// <param name="decoupled">Whether weight decay shrinks the weight itself (AdamW; Loshchilov 2019, arXiv 1711.05101, algorithm 2); else it is added to the gradient.</param>
sealed class Adam(OptimizerPlan plan, IEnumerable<Moved> parameters, bool decoupled) : Optimizer(plan, parameters)
{
    sealed class MomentPair(Tensor first, Tensor second) : IDisposable
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

    readonly Dictionary<string, MomentPair> moments = [];

    private protected override void Move(IReadOnlyList<Move> moves)
    {
        foreach (var move in moves) Moments(move).Steps++;
        foreach (var alike in moves.GroupBy(move => (move.LearningRate, move.Decays, Moments(move).Steps)))
        {
            FusedAdam.Step(
                [.. alike.Select(move => new FusedAdam.Weight(move.Parameter, move.Gradient, Moments(move).First, Moments(move).Second))],
                alike.Key.Steps, alike.Key.LearningRate, Plan, alike.Key.Decays ? Plan.WeightDecay : 0, decoupled);
        }
    }

    MomentPair Moments(Move move)
    {
        if (!moments.TryGetValue(move.Name, out var pair))
            moments[move.Name] = pair = new MomentPair(Zeros(), Zeros());
        return pair;

        Tensor Zeros() => zeros_like(move.Parameter, requires_grad: false).DetachFromDisposeScope();
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
        moments[name] = new MomentPair(Copy($"{name}.exp_avg", parameter, loaded.First)!, Copy($"{name}.exp_avg_sq", parameter, loaded.Second)!) { Steps = loaded.Steps.ToInt64() };
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var state in moments.Values) state.Dispose();
        moments.Clear();
    }
}
