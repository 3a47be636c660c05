using ContrastiveService.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// The proxy A-distance 2(1 − 2ε) of Ben-David et al. (2007; 2010, section 4), ε being the error of a linear domain classifier on items that it was not fitted on
/// (as in Ganin et al. 2016, arXiv 1505.07818, section 5.1.5, who take an SVM; here it is logistic regression).
/// </summary>
public static class ProxyADistance
{
    private const double L2 = 1e-3;

    /// <summary>Fits on a half of each domain and measures on the other.</summary>
    /// <param name="source">(N, d) finite features, N ≥ 2.</param>
    /// <param name="target">(M, d) finite features, M ≥ 2.</param>
    /// <param name="seed">Which items are in which half.</param>
    public static DomainDistance Of(Tensor source, Tensor target, long seed)
    {
        FeatureInputs.Finite(source, nameof(source));
        FeatureInputs.Finite(target, nameof(target));
        if (source.size(1) != target.size(1) || source.size(0) < 2 || target.size(0) < 2)
        {
            throw new ArgumentException(
                $"Both domains need at least two rows of one width; their shapes are ({string.Join(", ", source.shape)}) and ({string.Join(", ", target.shape)}).", nameof(target));
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        // As many of each, so that knowing the sizes is no help.
        var each = Math.Min(source.size(0), target.size(0));
        var (fitSource, askSource) = Halves(source.detach(), each, seed, "source half");
        var (fitTarget, askTarget) = Halves(target.detach(), each, seed, "target half");
        var domains = cat([zeros(fitSource.size(0), int64, source.device), ones(fitTarget.size(0), int64, source.device)]);
        using var classifier = new LogisticRegression(cat([fitSource, fitTarget]), domains, 2, L2);
        var accuracy = 0.5 * (classifier.Predict(askSource).eq(0).to(float64).mean().ToDouble() + classifier.Predict(askTarget).eq(1).to(float64).mean().ToDouble());
        return new(2 * (1 - (2 * (1 - accuracy))), accuracy);
    }

    private static (Tensor Fit, Tensor Ask) Halves(Tensor x, long count, long seed, string purpose)
    {
        var order = new long[x.size(0)];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        new SeededRandom(seed, purpose).Shuffle<long>(order);
        var half = (int)count / 2;
        return (x.index_select(0, tensor(order[..half], device: x.device)), x.index_select(0, tensor(order[half..(int)count], device: x.device)));
    }
}
