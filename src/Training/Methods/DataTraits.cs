namespace ContrastiveService.Training.Methods;

/// <summary>What a method may build on in the data of a job.</summary>
/// <param name="Labeled">Every training item (of the source domain, where there are two) has a label, and there are at least two classes.</param>
/// <param name="HasTarget">The job names a target domain.</param>
/// <param name="Grouped">Every training item belongs to a group of pictures of the same thing.</param>
public readonly record struct DataTraits(bool Labeled = false, bool HasTarget = false, bool Grouped = false);
