using ContrastiveService.Training.Evaluation;
using TorchSharp;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>The other numbers that peers gave for the retrieval cases.</summary>
public sealed class GoldenRetrievalTests
{
    public static TheoryData<string> Cases => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Definition == "retrieval_metrics")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recall_precision_and_mutual_information_are_the_peers(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];

        var ours = Retrieval.Among(golden["x"], golden["y"], ContrastMeasures.MetricOf(golden));

        ours.RecallAt1.ShouldBe(Extra("recall_at_1"), 1e-8);
        ours.RecallAt5.ShouldBe(Extra("recall_at_5"), 1e-8);
        ours.RecallAt10.ShouldBe(Extra("recall_at_10"), 1e-8);
        ours.PrecisionAt1!.Value.ShouldBe(Extra("precision_at_1"), 1e-8);
        Nmi.Of(golden["y"].data<long>().ToArray(), golden["clusters"].data<long>().ToArray()).ShouldBe(Extra("NMI"), 1e-8);

        double Extra(string name) => golden.Extra(name)!.Value.GetDouble();
    }
}
