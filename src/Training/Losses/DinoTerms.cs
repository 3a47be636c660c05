using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>DINO's loss and the part of it that is the teacher's own, two scalars in the caller's dispose scope.</summary>
/// <param name="Loss">What is minimised: the teacher's entropy, and how far the student is from the teacher (KL divergence).</param>
/// <param name="TeacherEntropy">0 when the teacher puts each row on one output, ln K when it tells nothing apart; without gradient.</param>
public readonly record struct DinoTerms(Tensor Loss, Tensor TeacherEntropy);
