namespace ContrastiveService.Storage.Datasets;

/// <summary>The states of a <see cref="DatasetImport"/>.</summary>
public static class ImportState
{
    /// <summary>The upload is still coming in.</summary>
    public const string Receiving = "receiving";

    /// <summary>The upload is here and its entries are being read.</summary>
    public const string Running = "running";

    /// <summary>Its items are published as a version of the data set.</summary>
    public const string Succeeded = "succeeded";

    /// <summary>Nothing of it was kept.</summary>
    public const string Failed = "failed";
}
