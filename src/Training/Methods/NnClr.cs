using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>A view's positive is the nearest of earlier pictures, so that other pictures of the same kind belong together too (Dwibedi et al. 2021).</summary>
[Method("nnclr", Paper = "arXiv 2104.14548",
    Summary = "Nearest-neighbour contrastive learning: of a picture's two views, one must find the picture of a long queue that is nearest to the other. Needs no labels, and relies less on strong views.")]
public sealed class NnClr : Method
{
    private readonly double temperature;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;
    private readonly RecentRows queue;

    public NnClr(Options options, MethodContext context)
        : base("nnclr", context)
    {
        temperature = options.Temperature;
        projector = new ProjectionHead(context.Width, options.HiddenWidth, options.ProjectionWidth, 3);
        predictor = new ProjectionHead(options.ProjectionWidth, options.PredictorWidth, options.ProjectionWidth, 2, lastNorm: false);
        queue = new RecentRows(options.Queue, options.ProjectionWidth);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        private const int PaperQueue = 65_536;

        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart.")]
        public double Temperature { get; init; } = 0.1;

        [Range(1, 1 << 20), Description("Projections of earlier pictures among which neighbours are looked for. Chosen by the number of items if left out: at most half of them.")]
        public int Queue { get; init; } = PaperQueue;

        [Range(1, 16_384), Description("Width between the projector's three layers.")]
        public int HiddenWidth { get; init; } = 2048;

        [Range(2, 16_384), Description("Width of the projections.")]
        public int ProjectionWidth { get; init; } = 256;

        [Range(1, 16_384), Description("Width between the predictor's two layers.")]
        public int PredictorWidth { get; init; } = 4096;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        public override JsonObject Suggest(DatasetFacts facts, int imageSize)
        {
            var method = new JsonObject { ["queue"] = RecentRows.Fitting(facts.Items, PaperQueue) };
            // The paper's heads cost more than what looks at a small picture.
            if (imageSize <= 64)
                (method["hiddenWidth"], method["predictorWidth"]) = (512, 1024);
            return new JsonObject { ["method"] = method };
        }

        public override string? CollapseCause() =>
            $"a queue of {Queue} in which all pictures look alike has one neighbour for everything; warm up longer (schedule.warmupEpochs) or use a longer queue";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = projector.forward(h); // (2B, d)
        var p = predictor.forward(z).chunk(2); // two of (B, d)
        var neighbours = NearestNeighbours.Of(z, queue.Rows).chunk(2); // two of (B, d), without gradient
        queue.Remember(UnitRows.Of(z.detach().chunk(2)[0]));
        var loss = (InfoNce.Loss(neighbours[0], p[1], temperature) + InfoNce.Loss(neighbours[1], p[0], temperature)) / 2;
        return loss.MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps) => queue.Enqueue();
}
