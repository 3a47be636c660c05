namespace ContrastiveService.Training.Weights.Torch;

/// <summary>The fields of Python's argparse.Namespace, in which training scripts keep their options beside the weights.</summary>
sealed record PickleNamespace(OrderedDictionary<object, object?> Fields);
