namespace ContrastiveService.Bench.Serving.Networks;

/// <summary>The served backbones in plain words, with the parameter names of their checkpoints: what <c>Training</c> computes, written down a second time.</summary>
internal static class Architectures
{
    /// <returns>The features, not yet of length 1.</returns>
    /// <exception cref="ArgumentException">Not one that is written down here.</exception>
    public static T Of<T>(string backbone, INetwork<T> network, T pictures) => backbone switch
    {
        "small-convnet" => SmallConvNet(network, pictures),
        "resnet18" => ResNet18(network, pictures),
        _ => throw new ArgumentException($"'{backbone}' is not written down.", nameof(backbone)),
    };

    private static T SmallConvNet<T>(INetwork<T> network, T x)
    {
        x = network.Pool(network.Rectify(Layer(network, x, "conv1", "bn1", 1, 1)));
        x = network.Pool(network.Rectify(Layer(network, x, "conv2", "bn2", 1, 1)));
        return network.Average(network.Rectify(Layer(network, x, "conv3", "bn3", 1, 1)));
    }

    private static T ResNet18<T>(INetwork<T> network, T x)
    {
        x = network.Rectify(Layer(network, x, "conv1", "bn1", 1, 1));
        for (var stage = 1; stage <= 4; stage++)
            for (var block = 0; block < 2; block++)
                x = Block(network, x, $"layer{stage}.{block}.", stage > 1 && block == 0);
        return network.Average(x);
    }

    private static T Block<T>(INetwork<T> network, T x, string name, bool shrinks)
    {
        var inner = network.Rectify(Layer(network, x, name + "conv1", name + "bn1", shrinks ? 2 : 1, 1));
        inner = Layer(network, inner, name + "conv2", name + "bn2", 1, 1);
        return network.Rectify(network.Add(inner, shrinks ? Layer(network, x, name + "downsample.0", name + "downsample.1", 2, 0) : x));
    }

    private static T Layer<T>(INetwork<T> network, T x, string convolution, string norm, int stride, int padding) =>
        network.Normalize(network.Convolve(x, convolution, stride, padding), norm);
}
