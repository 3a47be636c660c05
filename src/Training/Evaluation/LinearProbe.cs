using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>What a linear classifier makes of frozen features (Alain and Bengio 2016, arXiv 1610.01644): multinomial logistic regression, fitted on the bank without chance.</summary>
public static class LinearProbe
{
    /// <summary>Share, 0 to 1, of the queries whose class the classifier names.</summary>
    /// <param name="bank">(N, d) finite features; each is standardised over the bank.</param>
    /// <param name="bankLabels">(N) int64 class indices ≥ 0.</param>
    /// <param name="queries">(M, d) finite features.</param>
    /// <param name="queryLabels">(M) int64. A class that the bank lacks is always missed.</param>
    /// <param name="l2">λ of λ/2 ‖W‖² beside the mean cross-entropy.</param>
    public static double Top1(Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels, double l2 = 1e-3)
    {
        FeatureInputs.Pair(bank, bankLabels, queries, queryLabels);
        using var scope = NewDisposeScope();
        if (bankLabels.min().ToInt64() < 0)
            throw new ArgumentException("bankLabels must not be negative; leave unlabelled items out of the bank.", nameof(bankLabels));
        using var classifier = new LogisticRegression(bank, bankLabels, (int)bankLabels.max().ToInt64() + 1, l2);
        var predicted = classifier.Predict(queries);
        return predicted.eq(queryLabels.to(predicted.device)).to(float64).mean().ToDouble();
    }
}
