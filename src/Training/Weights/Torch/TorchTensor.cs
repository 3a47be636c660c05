namespace ContrastiveService.Training.Weights.Torch;

/// <summary>A view of a storage, checked to lie within it.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Steps in the storage along each dimension, 0 or more.</param>
sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Elements of the view.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Elements of the storage from the first to the last that it touches.</summary>
    public long Span { get; } = Shape.Contains(0) ? 0 : 1 + Shape.Zip(Strides, (size, stride) => checked((size - 1) * stride)).Sum();

    /// <summary>Whether its elements follow one another in the order of their indices.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }
            return true;
        }
    }

    /// <exception cref="WeightsException">It reaches beyond its storage.</exception>
    public static TorchTensor Of(TorchStorage storage, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            throw Damaged();
        try
        {
            var tensor = new TorchTensor(storage, offset, shape, strides);
            return tensor.Span == 0 || checked(offset + tensor.Span) <= storage.Elements ? tensor : throw Damaged();
        }
        catch (OverflowException)
        {
            throw Damaged();
        }

        WeightsException Damaged() => new(
            $"A tensor of shape ({string.Join(", ", shape)}) with strides ({string.Join(", ", strides)}) from element {offset} on does not lie within its storage of {storage.Elements} elements: the file is damaged.");
    }

    /// <summary>Positions in the storage of its elements, counted from <see cref="Offset"/>, in the order of their indices.</summary>
    public IEnumerable<long> Positions()
    {
        var index = new long[Shape.Length];
        var position = 0L;
        for (var left = Count; left > 0; left--)
        {
            yield return position;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                position += Strides[i];
                if (++index[i] < Shape[i]) break;
                position -= Strides[i] * Shape[i];
                index[i] = 0;
            }
        }
    }
}
