using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Methods;

/// <summary>The pictures that every row is judged on: Fashion-MNIST's own, whatever else was trained on.</summary>
internal sealed class JudgedPictures(ImageStore images)
{
    private const int FirstOfHardClasses = 5; // MAP@R among the classes 5 to 9: those that pixels tell apart worst are among them

    private readonly long[] bank = Items(images, "train");
    private readonly long[] queries = Items(images, "test");

    /// <summary>Features of the training pictures.</summary>
    public Tensor Bank(Func<long[], Tensor> features) => features(bank);

    /// <summary>Features of the test pictures.</summary>
    public Tensor Queries(Func<long[], Tensor> features) => features(queries);

    public MethodScores Scores(Tensor known, Tensor asked, bool probe)
    {
        using var scope = NewDisposeScope();
        var (labels, truths) = (Labels(bank), Labels(queries));
        var hard = truths.ge(FirstOfHardClasses).nonzero().squeeze(1);
        var knn = Knn.Top1(known, labels, asked, truths, [20, 200]);
        return new(
            knn[20], knn[200], probe ? LinearProbe.Top1(known, labels, asked, truths) : null,
            Retrieval.Among(asked.index_select(0, hard), truths.index_select(0, hard)).MapAtR!.Value,
            Spectrum.EffectiveRank(asked), Spectrum.EffectiveRank(asked, centered: true));
    }

    private Tensor Labels(long[] items) => tensor(Array.ConvertAll(items, i => images.Labels[(int)i]));

    private static long[] Items(ImageStore images, string split) =>
        [.. images.All.Where(i => images.Records[(int)i] is var record && record.Split == split && record.Domain == MethodData.Judged)];
}
