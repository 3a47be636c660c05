namespace ContrastiveService.Storage.Datasets;

/// <summary>What is done with an item whose content its data set has already, under another key.</summary>
public enum ContentDuplicates
{
    /// <summary>It is added and counted.</summary>
    Keep,

    /// <summary>It is left out.</summary>
    Skip,
}
