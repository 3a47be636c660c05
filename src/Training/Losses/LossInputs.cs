using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Refuses, with a message, what a loss cannot be taken of. (Some native shape errors end the process, so shapes are checked before the call.)</summary>
internal static class LossInputs
{
    public static void Matrix(Tensor x, string name)
    {
        if (x.dim() != 2 || x.size(0) == 0 || x.size(1) == 0)
            throw new ArgumentException($"{name} must be a matrix of at least one row (batch, width); its shape is ({string.Join(", ", x.shape)}).", name);
        if (!x.is_floating_point())
            throw new ArgumentException($"{name} must hold floating-point numbers; it holds {x.dtype}.", name);
    }

    public static void SameShape(Tensor x, string name, Tensor other, string otherName)
    {
        Matrix(x, name);
        Matrix(other, otherName);
        if (x.size(0) != other.size(0) || x.size(1) != other.size(1))
            throw new ArgumentException($"{otherName} must have the shape of {name}, ({string.Join(", ", x.shape)}); its shape is ({string.Join(", ", other.shape)}).", otherName);
    }

    public static void SameWidth(Tensor x, string name, Tensor other, string otherName)
    {
        Matrix(x, name);
        Matrix(other, otherName);
        if (x.size(1) != other.size(1))
            throw new ArgumentException($"{otherName} must have rows as wide as {name}'s, {x.size(1)}; its shape is ({string.Join(", ", other.shape)}).", otherName);
    }

    public static void Labels(Tensor labels, string name, Tensor rows, string rowsName)
    {
        if (labels.dim() != 1 || labels.size(0) != rows.size(0))
            throw new ArgumentException($"{name} must hold one label for each of the {rows.size(0)} rows of {rowsName}; its shape is ({string.Join(", ", labels.shape)}).", name);
    }

    public static void Positive(double value, string name)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a positive number.");
    }

    public static void NotNegative(double value, string name)
    {
        if (!(value >= 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be zero or a positive number.");
    }

    public static void Share(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be between 0 and 1.");
    }
}
