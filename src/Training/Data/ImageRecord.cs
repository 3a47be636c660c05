namespace ContrastiveService.Training.Data;

/// <summary>What a store knows of a picture besides its pixels.</summary>
/// <param name="Key">Its key in the data set.</param>
/// <param name="Label">Its class, or null.</param>
/// <param name="Domain">Its domain, or null.</param>
/// <param name="Split"><c>train</c>, <c>val</c>, <c>test</c> or null (train).</param>
/// <param name="Group">Which pictures show the same thing as this one, or null.</param>
public sealed record ImageRecord(string Key, string? Label, string? Domain, string? Split, string? Group = null);
