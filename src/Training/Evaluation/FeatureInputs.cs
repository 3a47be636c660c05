using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Refuses, with a message, features that no score can be computed of.</summary>
internal static class FeatureInputs
{
    /// <summary>Whether every entry is a number.</summary>
    public static bool AreFinite(Tensor x)
    {
        using var scope = NewDisposeScope();
        // NaN and infinities survive a sum of magnitudes in double precision, whatever finite float32 numbers stand beside them.
        return double.IsFinite(x.detach().abs().sum(float64).ToDouble());
    }

    public static void Finite(Tensor x, string name)
    {
        LossInputs.Matrix(x, name);
        if (!AreFinite(x))
            throw new ArgumentException($"{name} must hold finite numbers only; a NaN or an infinity is among them.", name);
    }

    /// <summary>A bank and queries of one width, with labels.</summary>
    public static void Pair(Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels)
    {
        Finite(bank, nameof(bank));
        Finite(queries, nameof(queries));
        LossInputs.Labels(bankLabels, nameof(bankLabels), bank, nameof(bank));
        LossInputs.Labels(queryLabels, nameof(queryLabels), queries, nameof(queries));
        if (bank.size(1) != queries.size(1))
            throw new ArgumentException($"queries must be as wide as the bank, {bank.size(1)}; they are {queries.size(1)} wide.", nameof(queries));
    }
}
