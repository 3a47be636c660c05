using System.Text.Json;
using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Training.Inference;

/// <summary>What goes with a model version besides its weights.</summary>
/// <param name="Preprocessing">The transform that its pictures need.</param>
/// <param name="Width">Width of an embedding.</param>
/// <param name="KnnTop1">kNN top-1 in [0, 1] on the split named; null without labels.</param>
/// <param name="KnnTop1Init">The same for the network before training: the untrained one of the same seed, or with the pretrained weights where the plan names some.</param>
/// <param name="EvaluatedOn"><c>test</c> where the data set has that split, else <c>validation</c>.</param>
/// <param name="Epoch">Epochs that the chosen checkpoint had seen.</param>
/// <param name="Step">Its optimiser steps.</param>
/// <param name="Background">How similar strangers are.</param>
public sealed record ModelCard(
    Preprocessing Preprocessing, int Width, double? KnnTop1, double? KnnTop1Init, string EvaluatedOn, int Epoch, long Step, Background Background)
{
    /// <summary>All that was measured on that split, with the floors; null on cards that were written before there was one.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>What the model makes of <see cref="GoldenPicture"/>, of length 1; null on cards that were written before there was one.</summary>
    public float[]? Golden { get; init; }

    /// <summary>What was gained on the target domain; null where the job had one domain.</summary>
    public DomainReport? Domains { get; init; }

    /// <summary>What turns a similarity into P(same) and a decision; null on cards that were written before there was one.</summary>
    public PairCalibration? Calibration { get; init; }

    /// <summary>The card as stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PlanJson.Options);

    /// <summary>Reads a stored card.</summary>
    public static ModelCard FromJson(string json) =>
        JsonSerializer.Deserialize<ModelCard>(json, PlanJson.Options) ?? throw new InvalidDataException("The model card is empty.");
}
