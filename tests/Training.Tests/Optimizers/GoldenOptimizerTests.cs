using System.Globalization;
using System.Text.Json;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Tests.Golden;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Optimizers;

/// <summary>Steps and schedules against what other people's code gave.</summary>
public sealed class GoldenOptimizerTests
{
    public static TheoryData<string> Steps => [.. GoldenFile.Optimizers.Ids.Where(id => id.StartsWith("optim/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Four_steps_end_where_the_peers_do(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Optimizers[id];
        var parameters = new Dictionary<string, Parameter> { ["w"] = new Parameter(golden["w"].clone()), ["b"] = new Parameter(golden["b"].clone()) };
        using var optimizer = Optimizer.Create(Plan(golden), parameters.Select(pair => (pair.Key, pair.Value)), decaysVectors: golden.Definition == "optimizer_steps");

        for (var step = 0; step < 4; step++)
        {
            foreach (var (name, parameter) in parameters) parameter.grad = golden[string.Create(CultureInfo.InvariantCulture, $"g{name}{step}")].clone();
            optimizer.Step(golden.Number("lr"));
            foreach (var (name, parameter) in parameters)
            {
                var expected = GoldenArray.Read(golden.Extra(string.Create(CultureInfo.InvariantCulture, $"{name}_after{step + 1}"))!.Value);
                (parameter.detach() - expected).abs().max().ToDouble().ShouldBeLessThan(2e-6, $"{name} after step {step + 1}");
            }
        }

        (parameters["w"].sum() + parameters["b"].sum()).ToDouble().ShouldBe(golden.Value, golden.Tolerance);
    }

    [Fact]
    public void Warm_up_and_cosine_are_the_peers()
    {
        var golden = GoldenFile.Optimizers["lr/warmup_cosine_lightly"];
        var schedule = new SchedulePlan { WarmupEpochs = golden.Number("warmup_steps"), FinalRatio = golden.Number("end_value") };
        var points = golden.Extra("step_value")!.Value.Deserialize<double[][]>()!;

        points.Length.ShouldBe(20);
        foreach (var point in points)
            LearningRate.At(schedule, new OptimizerPlan { LearningRate = golden.Number("start_value") }, (long)point[0], stepsPerEpoch: 1, totalSteps: 20).ShouldBe(point[1], 1e-8);
    }

    /// <summary>What the peer was told. Without momentum and decay, its defaults are 0.</summary>
    private static OptimizerPlan Plan(GoldenCase golden)
    {
        double Number(string hyper, double otherwise) => golden.HasHyper(hyper) ? golden.Number(hyper) : otherwise;
        return new OptimizerPlan
        {
            Type = golden.Id.Contains("adam", StringComparison.Ordinal) ? OptimizerKind.Adam : golden.Id.Contains("lars", StringComparison.Ordinal) ? OptimizerKind.Lars : OptimizerKind.Sgd,
            Momentum = Number("momentum", 0),
            Nesterov = golden.HasHyper("nesterov") && golden.Flag("nesterov"),
            WeightDecay = Number("weight_decay", 0),
            TrustCoefficient = Number("eta", 0.001),
        };
    }
}
