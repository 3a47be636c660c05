using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>Everything that the page shows.</summary>
internal sealed record SampleReport(
    SampleResult Result,
    string Dataset,
    long Items,
    string Plan,
    IReadOnlyList<(double Epoch, double Value)> Loss,
    IReadOnlyList<(double Epoch, double Value)> Knn,
    JudgementView? Judgement,
    CalibrationView? Calibration,
    PairSimilarities Pairs,
    IReadOnlyList<ShownPair> Shown,
    IReadOnlyList<ExplainedPair> Explained,
    IReadOnlyList<Neighbourhood> Neighbourhoods,
    Uri Address,
    DateTimeOffset At);
