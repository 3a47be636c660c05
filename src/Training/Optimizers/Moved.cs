using TorchSharp.Modules;

namespace ContrastiveService.Training.Optimizers;

/// <summary>A parameter that an optimiser moves.</summary>
/// <param name="Name">By which its state is saved.</param>
/// <param name="Parameter">On its device.</param>
/// <param name="Rule">How it is treated; of vectors too it says whether they decay.</param>
sealed record Moved(string Name, Parameter Parameter, ParameterRule Rule);
