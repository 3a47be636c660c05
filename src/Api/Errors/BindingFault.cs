using System.Text.RegularExpressions;

namespace ContrastiveService.Api.Errors;

/// <summary>The framework's complaints about requests, which speak of our handlers' parameters, in the sender's terms.</summary>
static partial class BindingFault
{
    public static ApiException Describe(HttpContext context, BadHttpRequestException fault)
    {
        if (Value().Match(fault.Message) is { Success: true } value)
        {
            var (name, kind) = (value.Groups["name"].Value, Kind(value.Groups["type"].Value));
            return ApiException.BadRequest(name, $"{name} is '{value.Groups["value"].Value}'; it must be {kind}.");
        }

        if (fault.StatusCode == StatusCodes.Status400BadRequest && fault.Message.Contains("no body was provided", StringComparison.Ordinal))
            return ApiException.BadRequest(null, "There is no body; a JSON object is needed.", "invalid_json");
        var message = fault.StatusCode == StatusCodes.Status400BadRequest ? fault.Message : StatusFaults.Message(context, fault.StatusCode);
        return new ApiException(fault.StatusCode, StatusFaults.Code(fault.StatusCode), message);
    }

    private static string Kind(string type) => type switch
    {
        _ when type.Contains("int", StringComparison.OrdinalIgnoreCase) || type.Contains("long", StringComparison.OrdinalIgnoreCase) => "a whole number",
        _ when type.Contains("Guid", StringComparison.Ordinal) => "a UUID",
        _ => "of another kind",
    };

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\w+)" from "(?<value>.*)"\.$""")]
    private static partial Regex Value();
}
