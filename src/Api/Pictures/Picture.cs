using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Pictures;

/// <summary>An encoded picture of a request.</summary>
/// <param name="Param">Its name in errors, such as <c>input[3]</c>.</param>
/// <param name="Bytes">As it came.</param>
sealed record Picture(string Param, byte[] Bytes)
{
    /// <summary>Why there are no bytes; null where there are. Only where faults are to be reported.</summary>
    public ApiException? Fault { get; init; }
}
