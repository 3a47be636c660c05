using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>The other numbers that peers gave for the losses that align domains.</summary>
public sealed class GoldenAdaptationTests
{
    public static TheoryData<string> Discriminated => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("domain_accuracy_percent") is not null)];

    public static TheoryData<string> PseudoLabelled => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("pseudo_label") is not null)];

    [Theory]
    [MemberData(nameof(Discriminated))]
    public void Domain_accuracy_and_reversal_coefficient_are_the_peers(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Losses[id];
        var (source, target) = AdaptationMeasures.Discriminate(golden);

        (100 * DomainClassification.Accuracy(source, target).ToDouble()).ShouldBe(golden.Extra("domain_accuracy_percent")!.Value.GetDouble(), 1e-4);
        AdaptationMeasures.Coefficient(golden).ShouldBe(golden.Extra("grl_coefficient")!.Value.GetDouble(), 1e-8);
    }

    [Theory]
    [MemberData(nameof(PseudoLabelled))]
    public void Pseudo_labels_and_which_are_kept_are_the_peers(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Losses[id];

        var (labels, kept) = FixMatch.PseudoLabels(golden["weak"], golden.Number("threshold"));

        labels.data<long>().ToArray().ShouldBe(GoldenArray.Read(golden.Extra("pseudo_label")!.Value).data<long>().ToArray());
        kept.to(float32).data<float>().ToArray().ShouldBe(GoldenArray.Read(golden.Extra("mask")!.Value).data<float>().ToArray());
    }

    /// <summary>Read back from the backward pass of TLL's WarmStartGradientReverseLayer with N = 1000.</summary>
    [Theory]
    [InlineData(1, 1, 0.000499999958)]
    [InlineData(1, 250, 0.124353002)]
    [InlineData(1, 1000, 0.462117157)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 1, 0.00499995833)]
    [InlineData(10, 100, 0.462117157)]
    [InlineData(10, 500, 0.986614298)]
    [InlineData(10, 1000, 0.999909204)]
    public void The_reversal_grows_over_the_run_as_the_peers(double gamma, int iteration, double expected) =>
        GradientReversal.Coefficient(iteration / 1000.0, gamma).ShouldBe(expected, 1e-8);
}
