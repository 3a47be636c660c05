using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>
/// SGD with momentum whose steps are in proportion to the layer's weights (You et al. 2017, arXiv 1708.03888), as SimCLR and Barlow Twins use it: what does not
/// decay, such as biases and norms, is not adapted either.
/// </summary>
/// <remarks>d = g + λw; v ← m·v + η‖w‖/‖d‖·d; w ← w − γv. The ratio is 1 where a length is 0.</remarks>
sealed class Lars(OptimizerPlan plan, IEnumerable<Moved> parameters) : Sgd(plan, parameters)
{
    private protected override Tensor Direction(Parameter parameter, Tensor gradient, bool decays)
    {
        var d = base.Direction(parameter, gradient, decays);
        if (!decays) return d;
        // On the device throughout: asking for a length would make every layer wait.
        var (length, ofStep) = (parameter.norm(), d.norm());
        return d.mul(where(length.gt(0).logical_and(ofStep.gt(0)), Plan.TrustCoefficient * length / ofStep, ones_like(length)));
    }
}
