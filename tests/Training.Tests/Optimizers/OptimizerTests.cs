using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Optimizers;

public sealed class OptimizerTests
{
    public static TheoryData<OptimizerKind, bool> EveryRule => new() { { OptimizerKind.Sgd, false }, { OptimizerKind.Sgd, true }, { OptimizerKind.Adam, false }, { OptimizerKind.Adamw, false }, { OptimizerKind.Lars, false } };

    public static TheoryData<OptimizerKind, bool> TheLibrarys => new() { { OptimizerKind.Sgd, false }, { OptimizerKind.Sgd, true }, { OptimizerKind.Adam, false }, { OptimizerKind.Adamw, false } };

    static OptimizerPlan Plan(OptimizerKind kind, bool nesterov = false) => new() { Type = kind, Nesterov = nesterov, WeightDecay = 0.1, Betas = [0.8, 0.95] };

    static List<(string Name, Parameter Parameter)> Parameters()
    {
        using var random = new Generator(5);
        return [("w", new Parameter(randn(3, 4, generator: random))), ("b", new Parameter(randn(4, generator: random)))];
    }

    static void SetGradients(List<(string Name, Parameter Parameter)> parameters, long step)
    {
        using var random = new Generator((ulong)step);
        foreach (var (_, parameter) in parameters) parameter.grad = randn(parameter.shape, generator: random);
    }

    [Theory]
    [MemberData(nameof(TheLibrarys))]
    public void Steps_are_those_of_the_library_with_changing_rates_and_decay(OptimizerKind kind, bool nesterov)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Parameters(), Parameters());
        var plan = Plan(kind, nesterov);
        using var optimizer = Optimizer.Create(plan, ours, decaysVectors: true);
        var moved = theirs.Select(parameter => parameter.Parameter);
        using OptimizerHelper reference = kind switch
        {
            OptimizerKind.Sgd => optim.SGD(moved, 0.1, momentum: plan.Momentum, weight_decay: plan.WeightDecay, nesterov: nesterov),
            OptimizerKind.Adam => optim.Adam(moved, 0.1, beta1: 0.8, beta2: 0.95, weight_decay: plan.WeightDecay),
            _ => optim.AdamW(moved, 0.1, beta1: 0.8, beta2: 0.95, weight_decay: plan.WeightDecay),
        };

        for (var step = 1; step <= 6; step++)
        {
            SetGradients(ours, step);
            SetGradients(theirs, step);
            foreach (var group in reference.ParamGroups) group.LearningRate = 0.1 / step;
            optimizer.Step(0.1 / step);
            reference.step();
            foreach (var (mine, other) in ours.Zip(theirs)) (mine.Parameter - other.Parameter).abs().max().ToDouble().ShouldBeLessThan(2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void A_gradients_order_in_memory_does_not_matter(OptimizerKind kind, bool nesterov)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Parameters(), Parameters());
        using var optimizer = Optimizer.Create(Plan(kind, nesterov), one);
        using var another = Optimizer.Create(Plan(kind, nesterov), other);
        for (var step = 1; step <= 3; step++)
        {
            SetGradients(one, step);
            SetGradients(other, step);
            other[0].Parameter.grad = other[0].Parameter.grad!.t().contiguous().t();
            optimizer.Step(0.1);
            another.Step(0.1);
        }

        foreach (var (mine, theirs) in one.Zip(other)) (mine.Parameter - theirs.Parameter).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void A_run_that_was_saved_and_loaded_goes_on_bit_for_bit(OptimizerKind kind, bool nesterov)
    {
        using var scope = NewDisposeScope();
        var straight = Parameters();
        using var optimizer = Optimizer.Create(Plan(kind, nesterov), straight);
        for (var step = 0; step < 3; step++) Advance(optimizer, straight, step);

        using var file = new MemoryStream();
        SafeTensors.Write(file, optimizer.State().Concat(straight.Select(parameter => (parameter.Name, (Tensor)parameter.Parameter))));
        file.Position = 0;
        var header = SafeTensors.ReadHeader(file);
        List<(string Name, Parameter Parameter)> resumed = [.. straight.Select(parameter => (parameter.Name, new Parameter(SafeTensors.Read(file, header, parameter.Name))))];
        using var loaded = Optimizer.Create(Plan(kind, nesterov), resumed);
        Advance(loaded, Parameters(), 99); // what it did before is forgotten
        loaded.LoadState(name => header.Find(name) is null ? null : SafeTensors.Read(file, header, name));

        for (var step = 3; step < 8; step++)
        {
            Advance(optimizer, straight, step);
            Advance(loaded, resumed, step);
        }
        foreach (var (mine, other) in straight.Zip(resumed)) mine.Parameter.eq(other.Parameter).all().ToBoolean().ShouldBeTrue(mine.Name);
    }

    static void Advance(Optimizer optimizer, List<(string Name, Parameter Parameter)> parameters, int step)
    {
        SetGradients(parameters, step);
        optimizer.Step(0.01);
    }

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void Weights_decay_and_biases_and_norms_do_not(OptimizerKind kind, bool nesterov)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        var before = parameters.Select(parameter => parameter.Parameter.detach().clone()).ToList();
        using var optimizer = Optimizer.Create(Plan(kind, nesterov), parameters);
        foreach (var (_, parameter) in parameters) parameter.grad = zeros_like(parameter);

        optimizer.Step(0.001); // short, as Adam's steps are of one length however small the weight

        parameters[0].Parameter.abs().lt(before[0].abs()).all().ToBoolean().ShouldBeTrue();
        parameters[1].Parameter.eq(before[1]).all().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void Forgotten_gradients_are_none_and_move_nothing(OptimizerKind kind, bool nesterov)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = Optimizer.Create(Plan(kind, nesterov), parameters);
        Advance(optimizer, parameters, 1);
        var before = parameters.Select(parameter => parameter.Parameter.detach().clone()).ToList();
        var state = optimizer.State().Select(entry => entry.Tensor.clone()).ToList();

        optimizer.ZeroGrad();
        optimizer.Step(0.5);

        foreach (var (name, parameter) in parameters) parameter.grad.ShouldBeNull(name);
        foreach (var (parameter, old) in parameters.Zip(before)) parameter.Parameter.eq(old).all().ToBoolean().ShouldBeTrue();
        foreach (var (entry, old) in optimizer.State().Zip(state)) entry.Tensor.eq(old).all().ToBoolean().ShouldBeTrue(entry.Name);
    }

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void Steps_leave_nothing_in_the_callers_scope_and_the_state_outlives_it(OptimizerKind kind, bool nesterov)
    {
        var parameters = Parameters();
        using var optimizer = Optimizer.Create(Plan(kind, nesterov), parameters);
        using (var scope = NewDisposeScope())
        {
            SetGradients(parameters, 1);
            var before = scope.DisposablesCount;
            optimizer.Step(0.1);
            optimizer.ZeroGrad();
            scope.DisposablesCount.ShouldBe(before);
        }
        using (NewDisposeScope()) Advance(optimizer, parameters, 2);

        optimizer.State().Select(entry => entry.Name).ShouldBe(
            kind is OptimizerKind.Sgd or OptimizerKind.Lars
                ? ["w.momentum_buffer", "b.momentum_buffer"]
                : ["w.exp_avg", "w.exp_avg_sq", "w.step", "b.exp_avg", "b.exp_avg_sq", "b.step"]);
        optimizer.State().ShouldAllBe(entry => entry.Tensor.isfinite().all().ToBoolean());
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, "w.momentum_buffer")]
    [InlineData(OptimizerKind.Adamw, "w.exp_avg")]
    public void State_of_another_shape_is_refused_by_name(OptimizerKind kind, string name)
    {
        using var scope = NewDisposeScope();
        using var optimizer = Optimizer.Create(Plan(kind), Parameters());

        var refusal = Should.Throw<WeightsException>(() => optimizer.LoadState(asked => asked.StartsWith("w.", StringComparison.Ordinal) ? ones(2, 2) : null)).Message;

        refusal.ShouldContain(name);
        refusal.ShouldContain("(2, 2)");
    }

    [Fact]
    public void Half_a_state_is_refused()
    {
        using var scope = NewDisposeScope();
        using var optimizer = Optimizer.Create(Plan(OptimizerKind.Adamw), Parameters());

        Should.Throw<WeightsException>(() => optimizer.LoadState(name => name == "w.exp_avg" ? ones(3, 4) : null)).Message.ShouldContain("damaged");
    }

    [Fact]
    public void Two_parameters_of_one_name_are_refused()
    {
        using var scope = NewDisposeScope();
        var one = Parameters()[0];

        Should.Throw<ArgumentException>(() => Optimizer.Create(Plan(OptimizerKind.Sgd), [one, one])).Message.ShouldContain("'w'");
    }
}
