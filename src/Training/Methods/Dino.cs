using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>A student says of every crop what a slowly moving teacher says of another; centring and sharpening keep both from saying always the same (Caron et al. 2021).</summary>
[Method("dino", Paper = "arXiv 2104.14294",
    Summary = "Self-distillation without labels: from small crops too, the encoder predicts what a moving average of itself sees in another crop. Made for vision transformers; needs no labels.")]
public sealed class Dino : Method
{
    private const int FullViews = 2;

    private readonly Options options;
    private readonly DinoHead head;
    private readonly MomentumCopy teacher;
    private readonly RunningCenter center;

    public Dino(Options options, MethodContext context)
        : base("dino", context)
    {
        this.options = options;
        head = Head();
        teacher = new MomentumCopy(context, head, Head());
        center = new RunningCenter(options.OutputWidth);
        RegisterComponents();

        DinoHead Head() =>
            new(context.Width, options.HiddenWidth, options.BottleneckWidth, options.OutputWidth, 3, options.HeadNorm, !options.NormLastLayer);
    }

    public sealed record Options : MethodOptions
    {
        private const int PaperOutputs = 65_536, SmallDataOutputs = 4096, SmallPicturesOutputs = 512, ManyItems = 100_000;

        [Range(0.001, 100.0), Description("τ of the student.")]
        public double StudentTemperature { get; init; } = 0.1;

        [Range(0.001, 100.0), Description("τ of the teacher, below the student's: a sharper teacher. Above 0.06 it wants a warm-up.")]
        public double TeacherTemperature { get; init; } = 0.04;

        [Range(0.001, 100.0), Description("The teacher's τ at the first step, from which it changes evenly over teacherWarmupEpochs.")]
        public double TeacherTemperatureStart { get; init; } = 0.04;

        [Range(0.0, 10_000.0), Description("Epochs until the teacher's τ is teacherTemperature.")]
        public double TeacherWarmupEpochs { get; init; }

        [Range(0.0, 1.0), Description("How much of the centre, the moving average of the teacher's outputs, stays at each step.")]
        public double CenterMomentum { get; init; } = 0.9;

        [Range(0.0, 1.0), Description("m: how much of the teacher stays at the first step; it grows to 1 by the last, along half a cosine.")]
        public double Momentum { get; init; } = 0.996;

        [Range(0.0, 10_000.0), Description("Epochs at the beginning in which the head's last layer stays as it was drawn.")]
        public double FreezeLastLayerEpochs { get; init; } = 1;

        [Description("Small crops of each picture (views.local), of which the student says what the teacher says of the two full views. Chosen by imageSize if left out: none up to 64 px.")]
        [Range(0, 32)]
        public int LocalViews { get; init; } = 8;

        [Description("Batch normalisation between the head's layers. Convolutional networks need it where there is little data: without it, the teacher soon tells nothing apart. "
            + "Chosen by imageSize if left out: with it up to 64 px.")]
        public bool HeadNorm { get; init; }

        [Description("Keeps all outputs' weights at length 1: steadier. Without it, lengths are learnt.")]
        public bool NormLastLayer { get; init; } = true;

        [Range(1, 16_384), Description("Width between the head's layers.")]
        public int HiddenWidth { get; init; } = 2048;

        [Range(2, 16_384), Description("Width of the head's bottleneck.")]
        public int BottleneckWidth { get; init; } = 256;

        [Range(2, 1 << 18), Description("K: outputs of the head. Chosen by imageSize and the number of items if left out.")]
        public int OutputWidth { get; init; } = PaperOutputs;

        public override BatchNeeds Needs(DataTraits data) => new(FullViews) { LocalViews = LocalViews };

        /// <summary>For small pictures, a head that keeps convolutional networks from collapsing, and nothing that costs more than they do.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => imageSize <= 64
            ? new() { ["method"] = new JsonObject { ["localViews"] = 0, ["headNorm"] = true, ["hiddenWidth"] = 512, ["bottleneckWidth"] = 128, ["outputWidth"] = SmallPicturesOutputs } }
            : new()
            {
                ["method"] = new JsonObject { ["outputWidth"] = facts.Items < ManyItems ? SmallDataOutputs : PaperOutputs },
                ["views"] = new JsonObject { ["crop"] = new JsonObject { ["scale"] = new JsonArray(0.4, 1.0) } },
            };

        public override IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts)
        {
            if (Math.Max(TeacherTemperature, TeacherWarmupEpochs > 0 ? TeacherTemperatureStart : 0) >= StudentTemperature)
                yield return new("method.teacherTemperature", FormattableString.Invariant(
                    $"must, as teacherTemperatureStart, be below method.studentTemperature, which is {StudentTemperature}: without a sharper teacher all outputs become the same. 0.04 and 0.1 suit most data."));
        }

        /// <summary>A row is compared with other views of its item alone.</summary>
        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() => FormattableString.Invariant(
            $"teacherEntropy at ln(outputWidth), {Math.Log(OutputWidth):0.00}, means a teacher that tells nothing apart: lower teacherTemperature (it is {TeacherTemperature}){(HeadNorm ? "" : " or set headNorm")}; at 0 it gives every picture the same output: lower centerMomentum (it is {CenterMomentum}). A smaller learning rate helps against both");
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var frozen = batch.Step < options.FreezeLastLayerEpochs * Context.StepsPerEpoch;
        var student = head.Outputs(MultiCrop.Features(Context.Encoder, batch), frozen).chunk(FullViews + options.LocalViews); // V of (B, K)
        var terms = Losses.Dino.Loss(student, Teach(batch), center.Value, options.StudentTemperature, TeacherTemperature(batch.Step));
        batch.Report("teacherEntropy", terms.TeacherEntropy);
        batch.Report("teacherStudentDivergence", terms.Loss - terms.TeacherEntropy);
        return terms.Loss.MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps)
    {
        teacher.Update(MomentumSchedule.Cosine(options.Momentum, 1, steps, Context.TotalSteps));
        center.Update(options.CenterMomentum);
    }

    private Tensor[] Teach(Batch batch)
    {
        using var ungraded = no_grad();
        var outputs = teacher.forward(cat(batch.Views.ToArray())); // (2B, K)
        center.Remember(outputs);
        return outputs.chunk(FullViews); // two of (B, K)
    }

    private double TeacherTemperature(long step) =>
        MomentumSchedule.Linear(options.TeacherTemperatureStart, options.TeacherTemperature, step, options.TeacherWarmupEpochs * Context.StepsPerEpoch);
}
