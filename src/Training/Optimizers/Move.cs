using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Optimizers;

/// <summary>What a step does to one parameter.</summary>
/// <param name="Name">The parameter's.</param>
/// <param name="Parameter">What is moved.</param>
/// <param name="Gradient">Of the same shape.</param>
/// <param name="LearningRate">The parameter's own.</param>
/// <param name="Decays">Whether weight decay applies.</param>
readonly record struct Move(string Name, Parameter Parameter, Tensor Gradient, double LearningRate, bool Decays);
