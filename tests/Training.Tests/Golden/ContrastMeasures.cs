using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Golden;

/// <summary>How each definition of contrast.json is computed by this project.</summary>
internal static class ContrastMeasures
{
    public static IReadOnlyDictionary<string, Func<GoldenCase, Tensor>> ByDefinition { get; } = new Dictionary<string, Func<GoldenCase, Tensor>>
    {
        ["contrastive_hadsell_pairs"] = c => Contrastive.OfPairs(c["x0"], c["x1"], c["y"], c.Number("margin")).Loss,
        ["contrastive_labels"] = ContrastiveOfLabels,
        ["contrastive_labels#2"] = ContrastiveOfLabels,
        ["contrastive_labels#3"] = ContrastiveOfLabels,
        ["contrastive_labels#4"] = ContrastiveOfLabels,
        ["contrastive_labels#5"] = c => 2 * AllPairsOnce(c).Loss, // this peer leaves the ½ out
        ["triplet_margin"] = TripletOfLabels,
        ["triplet_margin#2"] = TripletOfLabels,
        ["triplet_margin#3"] = TripletOfLabels,
        ["triplet_margin#4"] = TripletOfLabels,
        ["triplet_margin#5"] = TripletOfLabels,
        ["triplet_margin#6"] = TripletOfLabels,
        ["triplet_margin#7"] = TripletOfLabels,
        ["triplet_margin#8"] = TripletOfLabels,
        ["triplet_margin#12"] = c => Triplet.OfLabels(c["x"], c["y"], TripletMining.BatchAll, c.Number("margin"), squared: true).Loss,
        ["triplet_explicit"] = c => Triplet.OfTriplets(c["anchor"], c["positive"], c["negative"], c.Number("margin")).Loss,
        ["triplet_explicit_squared"] = c => Triplet.OfTriplets(c["anchor"], c["positive"], c["negative"], c.Number("margin"), squared: true).Loss,
        ["ntxent"] = c => NtXent.Loss(c["z0"], c["z1"], c.Number("temperature")),
        ["ntxent_memory_bank"] = c => InfoNce.Loss(c["z0"], c["z1"], c["bank"], c.Number("temperature")),
        ["moco_v2_infonce"] = c => InfoNce.Loss(c["q"], c["k"].detach(), c["queue"], c.Number("temperature")),
        ["moco_v3"] = c => 2 * c.Number("temperature")
            * (InfoNce.Loss(c["q1"], c["k2"].detach(), c.Number("temperature")) + InfoNce.Loss(c["q2"], c["k1"].detach(), c.Number("temperature"))),
        ["nnclr_infonce"] = c => (InfoNce.Loss(NearestNeighbours.Of(c["z0"], c["bank"]), c["p1"], c.Number("temperature"))
            + InfoNce.Loss(NearestNeighbours.Of(c["z1"], c["bank"]), c["p0"], c.Number("temperature"))) / 2,
        ["npid_softmax"] = c => Npid.Softmax(c["x"], c["memory"], c["index"], c.Number("temperature")),
        ["npid_nce"] = c => Npid.Nce(c["x"], c["memory"], c["index"], c["neg"].narrow(1, 1, (long)c.Number("K")), c.Number("temperature")).Loss,
        ["supcon_labels"] = c => SupCon.Loss(c["x"], c["y"], c.Number("temperature")),
        ["supcon_two_views"] = c => c.Number("temperature") / c.Number("base_temperature") // this peer's factor
            * SupCon.Loss(cat([c["z0"], c["z1"]]), c["y"].repeat(2), c.Number("temperature")),
        ["dcl"] = c => Dcl.Loss(c["z0"], c["z1"], c.Number("temperature")),
        ["dcl#2"] = c => Dcl.Loss(c["z0"], c["z1"], c.Number("temperature")),
        ["dclw"] = c => Dcl.Weighted(c["z0"], c["z1"], c.Number("temperature"), c.Number("sigma")),
        ["align_plus_uniform"] = c => AlignmentUniformity.Alignment(c["z0"], c["z1"], c.Number("alpha"))
            + c.Number("lam") / 2 * (AlignmentUniformity.Uniformity(c["z0"], c.Number("t")) + AlignmentUniformity.Uniformity(c["z1"], c.Number("t"))),
        ["alignment"] = c => AlignmentUniformity.Alignment(c["z0"], c["z1"], c.Number("alpha")),
        ["uniformity"] = c => AlignmentUniformity.Uniformity(c["x"], c.Number("t")),
        ["knn_classifier"] = KnnTop1,
        ["knn_classifier#2"] = KnnTop1,
        ["knn_classifier#3"] = KnnTop1,
        ["knn_classifier#4"] = KnnTop1,
        ["rankme_eps1e-5"] = c => Spectrum.EffectiveRank(c["x"], centered: false, c.Number("eps")),
        ["rankme_eps1e-7"] = c => Spectrum.EffectiveRank(c["x"], centered: false, c.Number("eps")),
        ["retrieval_metrics"] = c => tensor(Retrieval.Among(c["x"], c["y"], MetricOf(c)).MapAtR!.Value),
        ["nmi"] = c => tensor(Nmi.Of(c["labels_true"].data<long>().ToArray(), c["labels_pred"].data<long>().ToArray())),
        ["std_of_l2_normalized"] = c => Spectrum.NormalizedStd(c["x"]),
    };

    public static RetrievalMetric MetricOf(GoldenCase c) => c.Text("metric") == "cosine" ? RetrievalMetric.Cosine : RetrievalMetric.Euclidean;

    private static Tensor Rows(GoldenCase c) => c.Flag("normalize_embeddings") ? UnitRows.Of(c["x"]) : c["x"];

    private static Tensor ContrastiveOfLabels(GoldenCase c) => Contrastive.OfLabels(
        Rows(c),
        c["y"],
        c.Number("neg_margin"),
        c.Number("distance_power") == 2 ? ContrastiveForm.SquaredDistance : ContrastiveForm.Distance,
        c.Text("reducer") == "mean" ? PairAverage.All : PairAverage.NonZero).Loss;

    private static ContrastiveTerms AllPairsOnce(GoldenCase c)
    {
        var pairs = combinations(arange(c["x"].size(0)), 2); // i < j
        var (i, j) = (pairs.select(1, 0), pairs.select(1, 1));
        return Contrastive.OfPairs(c["x"].index_select(0, i), c["x"].index_select(0, j), c["y"][i].eq(c["y"][j]), c.Number("margin"));
    }

    private static Tensor TripletOfLabels(GoldenCase c) => Triplet.OfLabels(Rows(c), c["y"], Mining(c.Text("mining")), c.Number("margin")).Loss;

    private static TripletMining Mining(string peers) => peers switch
    {
        "all" => TripletMining.BatchAll,
        "semihard" => TripletMining.SemiHard,
        "hard_margin" => TripletMining.Hard,
        "batch_hard" => TripletMining.BatchHard,
        _ => throw new ArgumentException($"What mining is '{peers}'?", nameof(peers)),
    };

    private static Tensor KnnTop1(GoldenCase c) =>
        Knn.Top1(c["bank"], c["bank_labels"], c["query"], c["query_labels"], (int)c.Number("k"), c.Number("temperature"));
}
