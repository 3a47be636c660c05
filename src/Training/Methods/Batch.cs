using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>One step's input to a method, and where it reports what else it measured.</summary>
/// <param name="Views"><see cref="BatchNeeds.Views"/> tensors (B, C, S, S), float, normalised, on the run's device; row i of each is a view of the same item.</param>
/// <param name="Labels">(B) int64 class indices, or null where <see cref="BatchNeeds.Labels"/> is ignored.</param>
/// <param name="Items">(B) int64, the item's stable index among the training items (of its domain).</param>
public sealed record Batch(IReadOnlyList<Tensor> Views, Tensor? Labels, Tensor Items)
{
    private readonly Dictionary<string, Tensor> reports = [];
    private readonly DisposeScope? step = CurrentDisposeScope;

    /// <summary><see cref="BatchNeeds.WeakViews"/> tensors (B, C, S, S).</summary>
    public IReadOnlyList<Tensor> WeakViews { get; init; } = [];

    /// <summary><see cref="BatchNeeds.LocalViews"/> tensors (B, C, s, s) of <c>views.local</c>'s size.</summary>
    public IReadOnlyList<Tensor> LocalViews { get; init; } = [];

    /// <summary>The target domain's batch where the method asked for one.</summary>
    public Batch? Target { get; init; }

    /// <summary>Optimiser steps done before this one.</summary>
    public long Step { get; init; }

    /// <summary>Extra scalars by metric name, read only on steps whose metrics are due.</summary>
    public IReadOnlyDictionary<string, Tensor> Reports => reports;

    /// <summary>
    /// Adds a scalar to the step's metrics. What is kept is detached and lives in the dispose scope that this batch was made in, so methods may report from
    /// scopes of their own.
    /// </summary>
    public void Report(string name, Tensor scalar)
    {
        var kept = scalar.detach().DetachFromDisposeScope();
        step?.Attach(kept);
        reports[name] = kept;
    }
}
