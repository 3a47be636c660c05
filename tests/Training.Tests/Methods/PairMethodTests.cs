using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;
using Triplet = ContrastiveService.Training.Methods.Triplet;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class PairMethodTests
{
    [Fact]
    public void Pairs_come_from_labels_where_there_are_and_from_instances_where_not_unless_told()
    {
        new Siamese.Options().Needs(new DataTraits(Labeled: true)).ShouldBe(new BatchNeeds(1, LabelUse.Required, 4));
        new Siamese.Options().Needs(default).ShouldBe(new BatchNeeds(2));
        new Triplet.Options { Pairs = PairSource.Instances }.Needs(new DataTraits(Labeled: true)).ShouldBe(new BatchNeeds(2));
        new Triplet.Options { Pairs = PairSource.Labels, SamplesPerClass = 8 }.Needs(default).ShouldBe(new BatchNeeds(1, LabelUse.Required, 8));
    }

    [Fact]
    public void A_data_set_too_small_for_two_classes_of_four_a_batch_draws_two_of_each()
    {
        var small = new DatasetFacts(20, 20, 3, 1, 28, 28);

        new Siamese.Options().Suggest(small, 28).ToJsonString().ShouldBe("""{"method":{"samplesPerClass":2}}""");
        new Siamese.Options().Suggest(small with { Items = 100 }, 28).ShouldBeEmpty();
    }

    [Fact]
    public void Siamese_is_the_contrastive_loss_of_the_normalised_features_with_its_options()
    {
        using var scope = NewDisposeScope();
        var options = new Siamese.Options { Margin = 0.7, Form = ContrastiveForm.Distance, Average = PairAverage.All };
        var rig = new MethodRig(MethodCatalog.Find("siamese"), new DataTraits(Labeled: true), options);
        var batch = rig.Strangers(1);
        var features = rig.Encoder.forward(batch.Views[0]);

        var loss = rig.Method.Loss(batch);

        var terms = Contrastive.OfLabels(UnitRows.Of(features), batch.Labels!, 0.7, ContrastiveForm.Distance, PairAverage.All);
        loss.ToDouble().ShouldBe(terms.Loss.ToDouble(), 1e-6);
        batch.Reports["positiveLoss"].ToDouble().ShouldBe(terms.Positive.ToDouble(), 1e-6);
        batch.Reports["negativeLoss"].ToDouble().ShouldBe(terms.Negative.ToDouble(), 1e-6);
    }

    [Theory]
    [InlineData(TripletMining.BatchAll, false, false, true)]
    [InlineData(TripletMining.SemiHard, false, true, true)]
    [InlineData(TripletMining.BatchHard, true, false, false)]
    public void Triplet_is_the_triplet_loss_of_the_features_with_its_options(TripletMining mining, bool soft, bool squared, bool normalize)
    {
        using var scope = NewDisposeScope();
        var options = new Triplet.Options { Margin = 0.4, Mining = mining, SoftMargin = soft, Squared = squared, Normalize = normalize };
        var rig = new MethodRig(MethodCatalog.Find("triplet"), new DataTraits(Labeled: true), options);
        var batch = rig.Strangers(2);
        var features = rig.Encoder.forward(batch.Views[0]);

        var loss = rig.Method.Loss(batch);

        var terms = Training.Losses.Triplet.OfLabels(normalize ? UnitRows.Of(features) : features, batch.Labels!, mining, 0.4, squared, soft);
        loss.ToDouble().ShouldBe(terms.Loss.ToDouble(), 1e-6);
        batch.Reports["activeTriplets"].ToDouble().ShouldBe(terms.Active.ToDouble(), 1e-6);
    }

    [Fact]
    public void Without_labels_the_two_views_of_an_item_are_its_class()
    {
        using var scope = NewDisposeScope();
        var rig = new MethodRig(MethodCatalog.Find("siamese"), default);
        var batch = rig.Strangers(3);
        var features = rig.Encoder.forward(cat([batch.Views[0], batch.Views[1]]));

        var loss = rig.Method.Loss(batch);

        var classes = cat([batch.Items, batch.Items]);
        loss.ToDouble().ShouldBe(Contrastive.OfLabels(UnitRows.Of(features), classes).Loss.ToDouble(), 1e-6);
    }

    [Fact]
    public void Mining_is_written_in_kebab_case_and_a_wrong_one_is_told_the_right_ones()
    {
        var read = StrictJson.Read<MethodOptions>(JsonNode.Parse("""{"type":"triplet","mining":"semi-hard","softMargin":true}"""), PlanJson.Options);
        read.ShouldBe(new Triplet.Options { Mining = TripletMining.SemiHard, SoftMargin = true });

        var error = Should.Throw<PlanException>(() => StrictJson.Read<MethodOptions>(JsonNode.Parse("""{"type":"triplet","mining":"hardest"}"""), PlanJson.Options));
        error.Errors.ShouldHaveSingleItem().Param.ShouldBe("mining");
        error.Message.ShouldContain("batch-all, semi-hard, hard, batch-hard");
    }
}
