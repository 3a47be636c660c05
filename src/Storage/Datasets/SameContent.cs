namespace ContrastiveService.Storage.Datasets;

/// <summary>An item whose content is, byte for byte, that of the item <paramref name="First"/>, which the data set had before.</summary>
public sealed record SameContent(string Key, string First);
