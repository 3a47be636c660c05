using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>Our losses and metrics against values and gradients that other people's code gave.</summary>
public sealed class GoldenLossTests
{
    public static TheoryData<string> Cases => [.. GoldenFile.Losses.Ids];

    public static TheoryData<string> Classified => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("pred_top1") is not null)];

    public static TheoryData<string> Queued => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("queue_after") is not null)];

    public static TheoryData<string> Assigned => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("q") is not null)];

    public static TheoryData<string> Centred => [.. GoldenFile.Losses.Ids.Where(id => GoldenFile.Losses[id].Extra("center_after1") is not null)];

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

    [Theory]
    [MemberData(nameof(Queued))]
    public void A_queue_holds_afterwards_what_the_peers_holds(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];
        var (k, width) = (golden["queue"].size(0), golden["queue"].size(1));
        using var queue = new RecentRows((int)k, (int)width);
        queue.load_state_dict(new() { ["rows"] = golden["queue"], ["next"] = torch.tensor((long)golden.Number("ptr")) });

        queue.Remember(UnitRows.Of(golden["k"]));
        queue.Enqueue();

        var peers = GoldenArray.Read(golden.Extra("queue_after")!.Value);
        (queue.Rows - peers).abs().max().ToDouble().ShouldBeLessThan(1e-6);
        queue.state_dict()["next"].ToInt64().ShouldBe(golden.Extra("next_after")!.Value.GetInt64());
    }

    [Theory]
    [MemberData(nameof(Assigned))]
    public void Assignments_are_the_peers(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];

        var ours = ClusteringMeasures.Assignments(golden);

        (ours - GoldenArray.Read(golden.Extra("q")!.Value)).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Theory]
    [MemberData(nameof(Centred))]
    public void Each_steps_loss_and_the_centre_after_it_are_the_peers(string id)
    {
        using var scope = torch.NewDisposeScope();
        var golden = GoldenFile.Losses[id];
        var steps = golden.Extra("center_after2") is null ? 1 : 2;

        var (losses, centers) = ClusteringMeasures.DinoSteps(golden, steps);

        for (var step = 1; step <= steps; step++)
        {
            losses[step - 1].ToDouble().ShouldBe(golden.Extra($"loss_step{step}")!.Value.GetDouble(), golden.Tolerance);
            var peers = GoldenArray.Read(golden.Extra($"center_after{step}")!.Value);
            (centers[step - 1] - peers).abs().max().ToDouble().ShouldBeLessThan(1e-6 * Math.Max(1, peers.abs().max().ToDouble()));
        }
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
