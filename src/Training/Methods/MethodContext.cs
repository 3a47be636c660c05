using ContrastiveService.Training.Backbones;

namespace ContrastiveService.Training.Methods;

/// <summary>What a method is built around.</summary>
/// <param name="Encoder">The shared encoder; the method calls it and never owns it.</param>
/// <param name="Items">Training items; <see cref="Batch.Items"/> holds indices below this.</param>
/// <param name="Classes">Distinct labels, 0 without labels.</param>
/// <param name="Labeled">Whether every training item has a label.</param>
/// <param name="TotalSteps">Optimiser steps of the whole run.</param>
public sealed record MethodContext(Backbone Encoder, int Items, int Classes, bool Labeled, long TotalSteps)
{
    /// <summary>Width of the encoder's features.</summary>
    public int Width => Encoder.Width;
}
