namespace ContrastiveService.Api.Errors;

/// <summary>What an item that cannot be used, such as a picture that cannot be read, does to the others of its request.</summary>
public enum ErrorHandling
{
    /// <summary>The request is refused, and the first such item named.</summary>
    Refuse,

    /// <summary>The others are done, and each such item gets an error of its own.</summary>
    Report,
}
