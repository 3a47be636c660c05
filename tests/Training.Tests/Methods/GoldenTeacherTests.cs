using System.Globalization;
using System.Text.Json;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Tests.Golden;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>Moving averages and the growth of their momentum against what other people's code gave.</summary>
public sealed class GoldenTeacherTests
{
    public static TheoryData<string> Averages => [.. GoldenFile.Optimizers.Ids.Where(id => GoldenFile.Optimizers[id].Definition.StartsWith("ema_update", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Averages))]
    public void A_teacher_goes_where_the_peers_does(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Optimizers[id];
        using var student = new Ten(golden["student0"]);
        using var teacher = new Ten(golden["student0"]);
        const int Steps = 3;
        for (var step = 1; step <= Steps; step++)
        {
            student.Become(golden[Invariant($"student{step}")]);
            Ema.Update(teacher, student, golden.HasHyper("decay") ? golden.Number("decay") : MomentumSchedule.Cosine(golden.Number("base_tau"), golden.Number("final_tau"), step - 1, Steps));

            var expected = GoldenArray.Read(golden.Extra(Invariant($"teacher_after{step}"))!.Value);
            (teacher.Weights - expected).abs().max().ToDouble().ShouldBeLessThan(1e-6, $"after step {step}");
            if (golden.Extra(Invariant($"tau_after{step}")) is { } tau)
                MomentumSchedule.Cosine(golden.Number("base_tau"), golden.Number("final_tau"), step, Steps).ShouldBe(tau.GetDouble(), 1e-8);
        }

        teacher.Weights.sum().ToDouble().ShouldBe(golden.Value, golden.Tolerance);
        if (golden.Definition == "ema_update_copy_buffers")
            (teacher.Buffer - GoldenArray.Read(golden.Extra("buffer_after")!.Value)).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Momentum_grows_as_the_peers_which_counts_from_the_first_step_to_the_last()
    {
        var golden = GoldenFile.Optimizers["ema/schedule_lightly"];
        var points = golden.Extra("step_value")!.Value.Deserialize<double[][]>()!;

        points.Length.ShouldBe(11);
        foreach (var point in points)
            MomentumSchedule.Cosine(golden.Number("start"), golden.Number("end"), (long)point[0], (long)golden.Number("max_steps") - 1).ShouldBe(point[1], 1e-8);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Ten weights, and a buffer that is twice them.</summary>
    private sealed class Ten : nn.Module
    {
        private readonly Parameter weights;
        private readonly Tensor buffer;

        public Ten(Tensor values)
            : base(nameof(Ten))
        {
            weights = new Parameter(values.clone());
            buffer = 2 * values;
            RegisterComponents();
        }

        public Tensor Weights => weights.detach();

        public Tensor Buffer => buffer;

        public void Become(Tensor values)
        {
            using var ungraded = no_grad();
            weights.copy_(values);
            buffer.copy_(2 * values);
        }
    }
}
