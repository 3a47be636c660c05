using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Tests.Plans;

public sealed class TrainingPlanTests
{
    private static readonly DatasetFacts Fashion = new(6000, 6000, 10, 1, 28, 28);

    private static TrainingPlan Resolve(string json, DatasetFacts? facts = null) => TrainingPlan.Resolve(JsonDocument.Parse(json).RootElement, facts ?? Fashion);

    private static IReadOnlyList<PlanError> Errors(string json, DatasetFacts? facts = null) => Should.Throw<PlanException>(() => Resolve(json, facts)).Errors;

    [Theory]
    [InlineData(60_000, "", 1)]
    [InlineData(6000, "", 3)]
    [InlineData(6000, """, "evaluation": {"bankItems": 1000, "queryItems": 200}""", 1)]
    [InlineData(6000, """, "evaluation": {"everyEpochs": 7}""", 7)]
    [InlineData(6000, """, "evaluation": {"everyEpochs": 0}""", 0)]
    public void A_run_is_judged_as_often_as_a_tenth_of_its_time_allows_unless_it_says_how_often(int items, string more, int expected) =>
        Resolve($$"""{"dataset": "d", "method": "simclr"{{more}}}""", Fashion with { Items = items, Labeled = items }).Evaluation.EveryEpochs.ShouldBe(expected);

    [Theory]
    [InlineData(60_000, 1, 1, 10_000, 2_000)] // 36,000 passes' worth of training allow two evaluations of 16,000
    [InlineData(60_000, 3, 1, 10_000, 2_000)]
    [InlineData(6_000, 5, 5, 5_938, 593)] // 18,000 less 5 looks at 512, for two
    [InlineData(1_280, 3, 3, 738, 100)]
    [InlineData(65, 1, 1, 500, 100)]
    public void A_short_run_is_judged_before_and_after_on_no_more_than_a_tenth_of_its_time(int items, int epochs, int every, int bank, int queries)
    {
        var plan = Resolve($$"""{"dataset": "d", "method": "simclr", "epochs": {{epochs}}}""", Fashion with { Items = items, Labeled = items }).Evaluation;
        (plan.EveryEpochs, plan.BankItems, plan.QueryItems).ShouldBe((every, bank, queries));
    }

    [Fact]
    public void What_a_request_says_of_its_evaluation_stands_however_short_the_run()
    {
        var plan = Resolve("""{"dataset": "d", "method": "simclr", "epochs": 1, "evaluation": {"bankItems": 5000, "queryItems": 400}}""").Evaluation;
        (plan.EveryEpochs, plan.BankItems, plan.QueryItems).ShouldBe((1, 5000, 400));
    }

    [Theory]
    [InlineData("auto", Precision.Auto)]
    [InlineData("float32", Precision.Float32)]
    [InlineData("bfloat16", Precision.Bfloat16)]
    public void The_encoders_arithmetic_is_named_in_the_plan(string text, Precision expected) =>
        Resolve($$"""{"dataset": "d", "method": "simclr", "precision": "{{text}}"}""").Precision.ShouldBe(expected);

    [Fact]
    public void Data_set_and_method_are_enough()
    {
        var plan = Resolve("""{"dataset": "fashion-mnist-mini", "method": {"type": "simclr"}}""");
        plan.Name.ShouldBe("fashion-mnist-mini");
        (plan.ImageSize, plan.Channels, plan.BatchSize).ShouldBe((28, 1, 256));
        plan.Backbone.ShouldBe(new BackbonePlan { Type = "resnet18", Stem = StemKind.Small });
        plan.Views.Grey.ShouldBe(0);
        MethodCatalog.Of(plan.Method).Name.ShouldBe("simclr");
    }

    [Fact]
    public void A_method_may_be_given_by_its_name_alone() =>
        MethodCatalog.Of(Resolve("""{"dataset": "d", "method": "triplet"}""").Method).Name.ShouldBe("triplet");

    [Fact]
    public void Large_pictures_get_the_standard_stem_and_blur()
    {
        var plan = Resolve("""{"dataset": "d", "method": "simclr"}""", new(1000, 0, 0, 3, 640, 480));
        (plan.ImageSize, plan.Channels, plan.BatchSize, plan.Backbone.Stem).ShouldBe((224, 3, 128, StemKind.Standard));
        plan.Views.Blur.Probability.ShouldBe(0.5);
    }

    [Theory]
    [InlineData("""{"type": "vit_s_16"}""", 32)]
    [InlineData("""{"type": "convnext_tiny"}""", 32)]
    [InlineData("""{"type": "resnet50"}""", 28)]
    [InlineData("""{"type": "resnet50", "stem": "standard"}""", 32)]
    public void Small_pictures_are_enlarged_to_what_the_architecture_takes(string backbone, int size) =>
        Resolve($$"""{"dataset": "d", "method": "simclr", "backbone": {{backbone}}}""").ImageSize.ShouldBe(size);

    [Theory]
    [InlineData("seed-convnet", 28, 12)]
    [InlineData("vit_s_16", 224, 96)]
    [InlineData("vit_s_16", 32, 16)]
    public void Small_crops_have_a_size_that_the_architecture_takes(string backbone, int size, int local) => BatchMaker.LocalSize(
        Resolve($$"""{"dataset": "d", "method": "simclr", "imageSize": {{size}}, "backbone": {"type": "{{backbone}}"} }""")).ShouldBe(local);

    [Fact]
    public void Nested_members_are_laid_over_the_defaults_one_by_one()
    {
        var plan = Resolve("""{"dataset": "d", "method": {"type": "simclr", "temperature": 0.07}, "views": {"crop": {"scale": [0.5, 1]}}, "optimizer": {"type": "sgd"}}""");
        plan.Views.Crop.Scale.ShouldBe([0.5, 1.0]);
        plan.Views.Crop.Ratio.ShouldBe([0.75, 4.0 / 3.0]);
        plan.Optimizer.LearningRate.ShouldBe(0.05);
        JsonNode.Parse(plan.ToJson())!["method"]!["temperature"]!.GetValue<double>().ShouldBe(0.07);
    }

    [Theory]
    [InlineData("""{"type": "sgd"}""", 0.05, 1e-4)]
    [InlineData("""{"type": "lars"}""", 0.15, 1e-6)]
    [InlineData("""{"type": "adam"}""", 0.001, 1e-4)]
    [InlineData("""{"type": "adamw"}""", 0.001, 1e-4)]
    [InlineData("""{}""", 0.001, 1e-4)]
    [InlineData("""{"type": "lars", "learningRate": 2, "weightDecay": 0}""", 2, 0)]
    public void What_is_left_out_suits_the_type_of_optimiser(string optimizer, double learningRate, double weightDecay)
    {
        var plan = Resolve($$"""{"dataset": "d", "method": "simclr", "batchSize": 128, "optimizer": {{optimizer}}}""");
        plan.Optimizer.LearningRate.ShouldBe(learningRate, 1e-12);
        plan.Optimizer.WeightDecay.ShouldBe(weightDecay, 1e-12);
        plan.Optimizer.ClipNorm.ShouldBeNull();
        plan.Optimizer.BackboneFactor.ShouldBe(1);
    }

    [Fact]
    public void A_stored_plan_reads_back_equal()
    {
        var facts = Fashion with { Grouped = true };
        foreach (var method in MethodCatalog.All)
        {
            var domains = method.DefaultOptions.Needs(facts.Traits).Target is null ? "" : """, "domains": {"targetDataset": "e"}""";
            var plan = Resolve($$"""{"dataset": "d", "method": "{{method.Name}}", "batchSize": 64{{domains}}}""", domains.Length == 0 ? facts : facts with { Target = Fashion });
            TrainingPlan.FromJson(plan.ToJson()).ToJson().ShouldBe(plan.ToJson());
        }
    }

    [Theory]
    [InlineData("""{"method": "simclr"}""", "dataset")]
    [InlineData("""{"dataset": "d"}""", "method")]
    [InlineData("""{"dataset": "d", "method": {}}""", "method.type")]
    [InlineData("""{"dataset": "d", "method": {"type": "simclrr"}}""", "method.type")]
    [InlineData("""{"dataset": "d", "method": 3}""", "method")]
    [InlineData("""{"dataset": "d", "method": {"type": "simclr", "temprature": 0.5}}""", "method.temprature")]
    [InlineData("""{"dataset": "d", "method": {"type": "simclr", "temperature": -1}}""", "method.temperature")]
    [InlineData("""{"dataset": "d", "method": {"type": "simclr", "temperature": "hot"}}""", "method.temperature")]
    [InlineData("""{"dataset": "d", "method": "simclr", "epoch": 3}""", "epoch")]
    [InlineData("""{"dataset": "d", "method": "simclr", "epochs": 0}""", "epochs")]
    [InlineData("""{"dataset": "d", "method": "simclr", "epochs": 1.5}""", "epochs")]
    [InlineData("""{"dataset": "d", "method": "simclr", "epochs": null}""", "epochs")]
    [InlineData("""{"dataset": "d", "method": "simclr", "batchSize": 6000}""", "batchSize")]
    [InlineData("""{"dataset": "d", "method": "simclr", "channels": 2}""", "channels")]
    [InlineData("""{"dataset": "d", "method": "simclr", "name": "Not A Name"}""", "name")]
    [InlineData("""{"dataset": "d", "method": "simclr", "views": {"crop": {"scale": [0.5]}}}""", "views.crop.scale")]
    [InlineData("""{"dataset": "d", "method": "simclr", "views": {"crop": {"scale": [0.5, 2]}}}""", "views.crop.scale[1]")]
    [InlineData("""{"dataset": "d", "method": "simclr", "views": {"crop": {"scale": [0.9, 0.5]}}}""", "views.crop.scale")]
    [InlineData("""{"dataset": "d", "method": "simclr", "views": {"flip": true}}""", "views.flip")]
    [InlineData("""{"dataset": "d", "method": "simclr", "optimizer": {"type": "rmsprop"}}""", "optimizer.type")]
    [InlineData("""{"dataset": "d", "method": "simclr", "optimizer": {"clipNorm": 0}}""", "optimizer.clipNorm")]
    [InlineData("""{"dataset": "d", "method": "simclr", "batchSize": 64, "optimizer": {"accumulate": 3}}""", "optimizer.accumulate")]
    [InlineData("""{"dataset": "d", "method": "simclr", "batchSize": 64, "optimizer": {"accumulate": 64}}""", "optimizer.accumulate")]
    [InlineData("""{"dataset": "d", "method": {"type": "triplet", "samplesPerClass": 8}, "batchSize": 64, "optimizer": {"accumulate": 8}}""", "optimizer.accumulate")]
    [InlineData("""{"dataset": "d", "method": {"type": "triplet", "samplesPerClass": 8}, "batchSize": 48, "optimizer": {"accumulate": 4}}""", "optimizer.accumulate")]
    [InlineData("""{"dataset": "d", "method": "simclr", "schedule": {"type": "step", "milestones": []}}""", "schedule.milestones")]
    [InlineData("""{"dataset": "d", "method": "simclr", "schedule": {"type": "step", "milestones": [0.5, 30]}}""", "schedule.milestones[1]")]
    [InlineData("""{"dataset": "d", "method": "simclr", "backbone": {"type": "resnet19"}}""", "backbone.type")]
    [InlineData("""{"dataset": "d", "method": "simclr", "backbone": {"stem": "tiny"}}""", "backbone.stem")]
    [InlineData("""{"dataset": "d", "method": "simclr", "epochs": 2, "schedule": {"warmupEpochs": 3}}""", "schedule.warmupEpochs")]
    public void What_is_wrong_is_named_by_its_path(string json, string param) => Errors(json).ShouldHaveSingleItem().Param.ShouldBe(param);

    [Fact]
    public void A_misspelt_member_is_told_which_there_are() =>
        Errors("""{"dataset": "d", "method": {"type": "simclr", "temprature": 0.5}}""")[0].Message.ShouldContain("temperature");

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once() =>
        Errors("""{"dataset": "d", "method": "simclr", "epoch": 3, "batchSize": 1, "views": {"flip": 2}}""").Select(e => e.Param).ShouldBe(["epoch", "batchSize", "views.flip"], ignoreOrder: true);

    [Fact]
    public void An_empty_data_set_is_refused_with_the_remedy() =>
        Errors("""{"dataset": "d", "method": "simclr"}""", new(0, 0, 0, 1, 0, 0)).ShouldContain(e => e.Param == "dataset" && e.Message.Contains("Upload"));

    [Theory]
    [InlineData("""{"dataset": "d", "method": "simclr", "epochs": 1, "epochs": 2}""")]
    [InlineData("""{"dataset": "d", "method": {"type": "simclr", "type": "triplet"}}""")]
    public void A_member_given_twice_is_refused(string json) => Errors(json)[0].Message.ShouldContain("twice");

    [Fact]
    public void A_request_that_is_no_object_is_refused() => Errors("[]")[0].Message.ShouldContain("JSON object");

    [Fact]
    public void The_schema_of_every_method_has_ranges_meanings_and_defaults()
    {
        foreach (var method in MethodCatalog.All)
        {
            var properties = method.OptionsSchema["properties"]!.AsObject();
            properties.Count.ShouldBeGreaterThan(0, method.Name);
            foreach (var (name, property) in properties)
            {
                property!["description"]?.GetValue<string>().ShouldNotBeNullOrWhiteSpace($"{method.Name}.{name}");
                property.AsObject().ContainsKey("default").ShouldBeTrue($"{method.Name}.{name}");
            }
        }
    }
}
