using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>
/// libtorch's fused Adam and AdamW, which move many weights in one pass over memory and, on a GPU, in a few launches. TorchSharp has no name for them; TorchScript does.
/// </summary>
static class FusedAdam
{
    const string Adam = "adam", AdamW = "adamw";

    /// <summary>The arguments of torch.optim's functional form; the kernels read <c>steps</c> and leave counting to the caller.</summary>
    const string Script = """
        def adam(w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float):
            torch._fused_adam_(w, g, m, v, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)

        def adamw(w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float):
            torch._fused_adamw_(w, g, m, v, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)

        """;

    static readonly Lazy<jit.CompilationUnit> Compiled = new(() => jit.compile(Script));

    /// <summary>A weight with its gradient and its moments, all of one shape.</summary>
    internal readonly record struct Weight(Tensor Value, Tensor Gradient, Tensor First, Tensor Second);

    /// <summary>Moves weights of one device.</summary>
    /// <param name="weights">What is moved.</param>
    /// <param name="steps">Steps with this one, the same for all.</param>
    /// <param name="learningRate">The same for all.</param>
    /// <param name="plan">Betas and eps.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="decoupled">Whether it shrinks the weight (AdamW) or is added to the gradient.</param>
    public static void Step(IReadOnlyList<Weight> weights, long steps, double learningRate, OptimizerPlan plan, double decay, bool decoupled)
    {
        using var scope = NewDisposeScope();
        var count = full([], (double)steps, float32, weights[0].Value.device);
        // The kernels walk through memory side by side: a gradient in another order would reach other weights.
        Compiled.Value.invoke(
            decoupled ? AdamW : Adam,
            Each(w => w.Value), Each(w => w.Gradient.contiguous()), Each(w => w.First), Each(w => w.Second), Each(_ => count), learningRate, plan.Betas[0], plan.Betas[1], decay, plan.Eps);

        Tensor[] Each(Func<Weight, Tensor> part) => [.. weights.Select(part)];
    }
}
