namespace ContrastiveService.Training;

/// <summary>One point of a series. Points are deterministic on one device: a resumed run writes the same again.</summary>
/// <param name="Name">camelCase, such as <c>loss</c> or <c>knnTop1</c>.</param>
/// <param name="Step">Optimiser steps done when it was taken; 0 is the untrained network.</param>
/// <param name="Value">Finite.</param>
public readonly record struct Metric(string Name, long Step, double Value);
