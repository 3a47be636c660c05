using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

public sealed class MoCoTests
{
    private const int Rows = 12, Many = 48;

    [Fact]
    public void V2_is_info_nce_of_the_queries_against_the_teachers_keys_and_the_queue_as_it_was()
    {
        using var scope = NewDisposeScope();
        var rig = V2(new() { Temperature = 0.3, KeyGroups = 1, Queue = 20, ProjectionWidth = 6 });
        var batch = rig.Strangers(1);
        var q = Projector(rig).forward(rig.Encoder.forward(batch.Views[0]));
        var k = TeacherTests.TeacherOf(rig)!.forward(batch.Views[1]);

        var loss = rig.Method.Loss(batch);

        loss.ToDouble().ShouldBe(InfoNce.Loss(q, k, Queue(rig), 0.3).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 5)] // groups of nine and ten
    [InlineData(64, 6)] // none smaller than eight
    public void V2_makes_keys_group_by_group_of_a_drawn_order_and_queues_them_in_the_batchs_order(int asked, int groups)
    {
        using var scope = NewDisposeScope();
        var rig = V2(new() { KeyGroups = asked, Queue = Many, ProjectionWidth = 6 });
        var batch = new Batch([.. Enumerable.Range(0, 2).Select(v => cat([.. Enumerable.Range(0, Many / Rows).Select(i => rig.Strangers(i).Views[v])]))], null, arange(Many));
        using var ungraded = no_grad();
        manual_seed(7);
        var order = randperm(Many).data<long>().ToArray();
        var teacher = TeacherTests.TeacherOf(rig)!;
        var expected = zeros(Many, 6);
        for (var (group, start) = (0, 0); group < groups; group++)
        {
            var size = (Many / groups) + (group < Many % groups ? 1 : 0);
            var rows = tensor(order[start..(start + size)]);
            expected.index_copy_(0, rows, UnitRows.Of(teacher.forward(batch.Views[1].index_select(0, rows))));
            start += size;
        }

        manual_seed(7);
        rig.Method.Loss(batch);
        rig.Method.AfterStep(1);

        (Queue(rig) - expected).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(17)] // shorter than the micro-batches together
    [InlineData(5)] // shorter than one of them
    public void V2_queues_the_keys_of_all_micro_batches_once_a_step(int length)
    {
        using var scope = NewDisposeScope();
        var rig = V2(new() { KeyGroups = 1, Queue = length, ProjectionWidth = 6 });
        var teacher = TeacherTests.TeacherOf(rig)!;
        Batch[] batches = [rig.Strangers(3), rig.Strangers(4)];
        var slow = Queue(rig).clone();
        using var ungraded = no_grad();
        var keys = cat(batches.Select(batch => UnitRows.Of(teacher.forward(batch.Views[1]))).ToArray());
        for (var i = 0; i < 2 * Rows; i++)
            slow[i % length] = keys[i];
        var before = Queue(rig).clone();

        foreach (var batch in batches)
            rig.Method.Loss(batch);
        Queue(rig).eq(before).all().ToBoolean().ShouldBeTrue();
        rig.Method.AfterStep(1);

        (Queue(rig) - slow).abs().max().ToDouble().ShouldBeLessThan(1e-6);
    }

    [Theory]
    [InlineData("moco-v2", 1, 0.9)]
    [InlineData("moco-v2", 100, 0.9)]
    [InlineData("moco-v3", 0, 0.9)]
    [InlineData("moco-v3", 50, 0.95)]
    [InlineData("moco-v3", 100, 1)]
    public void The_teacher_follows_encoder_and_projector_with_its_momentum(string name, int step, double momentum)
    {
        using var scope = NewDisposeScope();
        var rig = name == "moco-v2" ? V2(new() { Momentum = 0.9 }) : V3(new() { Momentum = 0.9, HiddenWidth = 8 });
        var teacher = TeacherTests.TeacherOf(rig)!;
        var before = TeacherTests.Copy(teacher.parameters());
        using var ungraded = no_grad();
        Tensor[] students = [.. rig.Encoder.parameters(), .. Projector(rig).parameters()];
        foreach (var student in students)
            student.add_(randn_like(student));

        rig.Method.AfterStep(step);

        teacher.parameters().Count().ShouldBe(students.Length);
        foreach (var ((now, was), student) in teacher.parameters().Zip(before).Zip(students))
            (now - ((momentum * was) + ((1 - momentum) * student))).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void V3_is_info_nce_of_predictions_against_the_teachers_view_of_the_other_in_both_directions()
    {
        using var scope = NewDisposeScope();
        var rig = V3(new() { Temperature = 0.4, HiddenWidth = 8, ProjectionWidth = 6 });
        var batch = rig.Strangers(5);
        var views = cat([batch.Views[0], batch.Views[1]]);
        var q = Head(rig, "predictor").forward(Projector(rig).forward(rig.Encoder.forward(views))).chunk(2);
        var k = TeacherTests.TeacherOf(rig)!.forward(views).chunk(2);

        var loss = rig.Method.Loss(batch);

        var expected = 0.8 * (InfoNce.Loss(q[0], k[1], 0.4).ToDouble() + InfoNce.Loss(q[1], k[0], 0.4).ToDouble());
        loss.ToDouble().ShouldBe(expected, 1e-5);
    }

    [Fact]
    public void A_queue_is_suggested_that_the_data_can_fill_and_for_small_pictures_what_suits_them()
    {
        var facts = new DatasetFacts(60_000, 0, 0, 1, 28, 28);

        new MoCoV2.Options().Suggest(facts, 28).ToJsonString().ShouldBe("""{"method":{"temperature":0.1,"momentum":0.99,"queue":4096}}""");
        new MoCoV2.Options().Suggest(facts, 224).ToJsonString().ShouldBe("""{"method":{"queue":16384}}""");
        new MoCoV2.Options().Suggest(facts with { Items = 48 }, 224).ToJsonString().ShouldBe("""{"method":{"queue":16}}""");
        new MoCoV3.Options().Suggest(facts, 28).ToJsonString().ShouldBe("""{"method":{"hiddenWidth":1024}}""");
        new MoCoV3.Options().Suggest(facts, 224).ShouldBeEmpty();
    }

    [Fact]
    public void Only_v3_compares_the_items_of_a_batch_so_only_v2_may_be_accumulated()
    {
        new MoCoV2.Options().AccumulationDiffers().ShouldBeNull();
        new MoCoV3.Options().AccumulationDiffers().ShouldNotBeNull();
    }

    private static MethodRig V2(MoCoV2.Options options) => new(MethodCatalog.Find("moco-v2"), default, options);

    private static MethodRig V3(MoCoV3.Options options) => new(MethodCatalog.Find("moco-v3"), default, options);

    private static nn.Module<Tensor, Tensor> Projector(MethodRig rig) => Head(rig, "projector");

    private static nn.Module<Tensor, Tensor> Head(MethodRig rig, string name) =>
        (nn.Module<Tensor, Tensor>)rig.Method.named_children().Single(c => c.name == name).module;

    private static Tensor Queue(MethodRig rig) => ((RecentRows)rig.Method.named_children().Single(c => c.name == "queue").module).Rows;
}
