using System.Globalization;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Forms;

/// <summary>Fields of a form that are not texts.</summary>
static class FormFields
{
    /// <summary>A number with a decimal point; null where the field is missing or empty.</summary>
    /// <exception cref="ApiException">400: it is something else.</exception>
    public static double? Number(this IFormCollection form, string field) => form[field].FirstOrDefault() switch
    {
        null or "" => null,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw ApiException.BadRequest(field, $"{field} is '{text}'; it must be a number, with a decimal point."),
    };

    /// <summary>A whole number; null where the field is missing or empty.</summary>
    /// <exception cref="ApiException">400: it is something else.</exception>
    public static int? Whole(this IFormCollection form, string field) => form[field].FirstOrDefault() switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw ApiException.BadRequest(field, $"{field} is '{text}'; it must be a whole number."),
    };

    /// <summary>True or false; false where the field is missing or empty.</summary>
    /// <exception cref="ApiException">400: it is something else.</exception>
    public static bool Switch(this IFormCollection form, string field) => form[field].FirstOrDefault() switch
    {
        null or "" or "false" => false,
        "true" => true,
        var text => throw ApiException.BadRequest(field, $"{field} is '{text}'; it must be true or false."),
    };

    /// <summary>What onError says; <see cref="ErrorHandling.Refuse"/> where it says nothing.</summary>
    /// <exception cref="ApiException">400: it is something else.</exception>
    public static ErrorHandling Handling(string? onError) => onError switch
    {
        null or "" or "refuse" => ErrorHandling.Refuse,
        "report" => ErrorHandling.Report,
        _ => throw ApiException.BadRequest("onError", $"There is no onError '{onError}'. There are: refuse, report."),
    };
}
