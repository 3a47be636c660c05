using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Exponential moving averages of a module's weights, in place.</summary>
public static class Ema
{
    /// <summary>t ← m·t + (1 − m)·s for each parameter; buffers, such as running statistics and counters, are copied.</summary>
    /// <param name="teacher">Of the same architecture as <paramref name="student"/>.</param>
    /// <param name="student">What is followed.</param>
    /// <param name="momentum">m, 0 (a copy) to 1 (nothing moves).</param>
    public static void Update(nn.Module teacher, nn.Module student, double momentum)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(student);
        if (!(momentum is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "momentum must be between 0 and 1.");
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var (t, s) in Pairs(teacher.named_parameters(), student.named_parameters()))
            t.mul_(momentum).add_(s, alpha: 1 - momentum);
        foreach (var (t, s) in Pairs(teacher.named_buffers(), student.named_buffers()))
            t.copy_(s);
    }

    private static IEnumerable<(Tensor Teacher, Tensor Student)> Pairs<T>(IEnumerable<(string Name, T Tensor)> teacher, IEnumerable<(string Name, T Tensor)> student)
        where T : Tensor
    {
        var (ours, theirs) = (teacher.ToArray(), student.ToArray());
        if (!ours.Select(t => t.Name).SequenceEqual(theirs.Select(s => s.Name)))
            throw new ArgumentException("A teacher must be of its student's architecture; their weights have different names.", nameof(student));
        return ours.Zip(theirs, (t, s) => ((Tensor)t.Tensor, (Tensor)s.Tensor));
    }
}
