using ContrastiveService.Training.Evaluation;
using TorchSharp;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>Our losses and metrics against values and gradients that other people's code gave.</summary>
public sealed class GoldenLossTests
{
    public static TheoryData<string> Cases => [.. GoldenFile.Losses.Ids];

    public static TheoryData<string> Classified => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("pred_top1") is not null)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_peers(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];
        var measure = GoldenMeasures.ByDefinition[golden.Definition];
        if (golden.IsRefused)
        {
            Should.Throw<ArgumentException>(() => measure(golden)).Message.ShouldNotBeEmpty();
            return;
        }

        var value = measure(golden);

        value.ToDouble().ShouldBe(golden.Value, golden.Tolerance);
        if (golden.Differentiated.Any())
            value.backward();
        foreach (var input in golden.Differentiated)
            golden.Gradient(input).ShouldBe(golden[input].grad);
    }

    [Fact]
    public void Every_definition_in_the_file_is_measured_and_nothing_else() =>
        GoldenMeasures.ByDefinition.Keys.Order().ShouldBe(GoldenFile.Losses.Definitions.Order());

    [Theory]
    [MemberData(nameof(Classified))]
    public void Predicted_classes_are_the_peers(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];

        var ours = Knn.Predict(golden["bank"], golden["bank_labels"], golden["query"], (int)golden.Number("k"), golden.Number("temperature"));

        ours.data<long>().ToArray().ShouldBe(GoldenArray.Read(golden.Extra("pred_top1")!.Value).data<long>().ToArray());
    }
}
