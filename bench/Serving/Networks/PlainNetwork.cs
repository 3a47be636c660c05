using static TorchSharp.torch;

namespace ContrastiveService.Bench.Serving.Networks;

/// <summary>As TorchSharp computes a model in evaluation mode when nothing is done about it: channels first, batch norms beside the convolutions.</summary>
/// <param name="weights">The backbone's parameters and buffers by name.</param>
internal sealed class PlainNetwork(IReadOnlyDictionary<string, Tensor> weights) : INetwork<Tensor>
{
    public Tensor Convolve(Tensor maps, string name, int stride, int padding) =>
        nn.functional.conv2d(maps, weights[name + ".weight"], strides: [stride, stride], padding: [padding, padding]);

    public Tensor Normalize(Tensor maps, string name) =>
        nn.functional.batch_norm(maps, weights[name + ".running_mean"], weights[name + ".running_var"], weights[name + ".weight"], weights[name + ".bias"], training: false);

    public Tensor Rectify(Tensor maps) => nn.functional.relu(maps);

    public Tensor Pool(Tensor maps) => nn.functional.max_pool2d(maps, 2);

    public Tensor Add(Tensor maps, Tensor others) => maps + others;

    public Tensor Average(Tensor maps) => maps.mean([2, 3]);
}
