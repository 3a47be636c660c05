namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>How the folders of an archive are read. A leading <c>train</c>, <c>val</c> or <c>test</c> folder is the split under all of them.</summary>
public enum ImportLayout
{
    /// <summary>By depth: a file alone, <c>label/file</c>, or <c>domain/label/file</c>.</summary>
    Auto,

    /// <summary>Folders mean nothing; no labels.</summary>
    Flat,

    /// <summary><c>label/file</c>.</summary>
    Label,

    /// <summary><c>domain/label/file</c>.</summary>
    DomainLabel,
}
