using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Training.Methods;

/// <summary>What a method is built around.</summary>
/// <param name="Encoder">The shared encoder; the method calls it and never owns it.</param>
/// <param name="NewEncoder">Builds another of the same architecture, for a teacher.</param>
/// <param name="Items">Training items (of the source domain); <see cref="Batch.Items"/> holds indices below this.</param>
/// <param name="Classes">Distinct labels, 0 without labels.</param>
/// <param name="Data">What the data offers.</param>
public sealed record MethodContext(Backbone Encoder, Func<Backbone> NewEncoder, int Items, int Classes, DataTraits Data)
{
    /// <summary>Training items of the target domain; 0 without one.</summary>
    public int TargetItems { get; init; }

    /// <summary>How views were normalised.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>Items in one call of the loss: the step's, or those of a micro-batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Optimiser steps of an epoch.</summary>
    public required long StepsPerEpoch { get; init; }

    /// <summary>Optimiser steps of the whole run.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Width of the encoder's features.</summary>
    public int Width => Encoder.Width;
}
