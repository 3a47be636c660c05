namespace ContrastiveService.Bench.Serving.Networks;

/// <summary>The operations that the served architectures are made of, for whoever else computes them.</summary>
internal interface INetwork<T>
{
    T Convolve(T maps, string name, int stride, int padding);

    T Normalize(T maps, string name);

    T Rectify(T maps);

    T Pool(T maps);

    T Add(T maps, T others);

    T Average(T maps);
}
