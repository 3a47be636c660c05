using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;
using Cmc = ContrastiveService.Training.Methods.Cmc;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class CmcTests
{
    private static readonly DatasetFacts Pictures = new(1000, 0, 0, 3, 32, 32);

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public void Brightness_colours_and_the_whole_picture_go_through_one_encoder_in_one_batch_and_a_projector_each(bool whole, int kinds)
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { WholePicture = whole, Temperature = 0.2, ProjectionWidth = 6 });
        var batch = rig.Strangers(1);
        var (luma, chroma) = LumaChroma.Split(batch.Views[0], new Preprocessing(8, 3, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]));
        Tensor[] pictures = [.. new[] { luma, chroma, batch.Views[0] }.Take(kinds)];
        var h = rig.Encoder.forward(cat(pictures)).chunk(kinds);
        var z = h.Zip(Projectors(rig), (features, projector) => projector.forward(features)).ToArray();

        Projectors(rig).Length.ShouldBe(kinds);
        rig.Method.Loss(batch).ToDouble().ShouldBe(Training.Losses.Cmc.Loss(z, 0.2).ToDouble(), 1e-4);
    }

    [Fact]
    public void Members_of_a_group_find_each_other_among_those_that_were_drawn_in_the_same_place()
    {
        using var scope = NewDisposeScope();
        var rig = Rig(new() { SamplesPerGroup = 3, Temperature = 0.2, ProjectionWidth = 6 }, grouped: true);
        var batch = rig.Strangers(2);
        var z = Projectors(rig).ShouldHaveSingleItem().forward(rig.Encoder.forward(batch.Views[0]));
        var members = Enumerable.Range(0, 3).Select(k => z.index_select(0, arange(k, 3 * MethodRig.Groups, 3))).ToArray();
        var expected = from i in Enumerable.Range(0, 3) from j in Enumerable.Range(0, 3) where i != j select InfoNce.Loss(members[i], members[j], 0.2).ToDouble();

        rig.Method.Loss(batch).ToDouble().ShouldBe(expected.Sum(), 1e-4);
    }

    [Fact]
    public void Groups_are_used_where_there_are_any_and_colour_where_not_or_where_asked_for()
    {
        new Cmc.Options().Needs(new DataTraits(Grouped: true)).SamplesPerGroup.ShouldBe(2);
        new Cmc.Options().Needs(default).SamplesPerGroup.ShouldBe(0);
        new Cmc.Options { Views = CmcViews.Color }.Needs(new DataTraits(Grouped: true)).SamplesPerGroup.ShouldBe(0);
        new Cmc.Options { Views = CmcViews.Groups, SamplesPerGroup = 4 }.Needs(default).SamplesPerGroup.ShouldBe(4);
    }

    [Fact]
    public void Views_are_not_turned_grey_where_colours_are_to_be_found()
    {
        new Cmc.Options().Suggest(Pictures, 32).ToJsonString().ShouldBe("""{"views":{"grey":0}}""");
        new Cmc.Options().Suggest(Pictures with { Grouped = true }, 32).ShouldBeEmpty();
    }

    [Fact]
    public void Grey_pictures_without_groups_are_refused_with_both_remedies()
    {
        var plan = new TrainingPlan { Dataset = "d", Name = "d", Method = new Cmc.Options(), Channels = 1 };

        var error = plan.Method.Check(plan, Pictures).ShouldHaveSingleItem();

        error.Param.ShouldBe("channels");
        error.Message.ShouldContain("colour pictures");
        error.Message.ShouldContain("group");
        plan.Method.Check(plan, Pictures with { Grouped = true }).ShouldBeEmpty();
        plan.Method.Check(plan with { Channels = 3 }, Pictures).ShouldBeEmpty();
    }

    private static MethodRig Rig(Cmc.Options options, bool grouped = false) => new(MethodCatalog.Find("cmc"), new DataTraits(Grouped: grouped), options);

    private static nn.Module<Tensor, Tensor>[] Projectors(MethodRig rig) =>
        [.. rig.Method.named_children().Single(c => c.name == "projectors").module.named_children().Select(c => (nn.Module<Tensor, Tensor>)c.module)];
}
