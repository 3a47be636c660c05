namespace ContrastiveService.Api.Datasets;

/// <param name="Name">Letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.</param>
/// <param name="Description">For people.</param>
public sealed record CreateDataset(string? Name, string? Description);
