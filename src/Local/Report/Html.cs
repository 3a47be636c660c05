using System.Globalization;
using System.Net;

namespace ContrastiveService.Local.Report;

/// <summary>Text and numbers as they stand on the page.</summary>
internal static class Html
{
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Percent(double fraction, int decimals) => (100 * fraction).ToString("F" + decimals, CultureInfo.InvariantCulture) + " %";

    public static string Cosine(double cosine) => cosine.ToString("0.000", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);

    /// <summary>A cosine where there is little room; what rounds to 0 has no sign.</summary>
    public static string Round(double cosine) =>
        (Math.Round(cosine, 2, MidpointRounding.AwayFromZero) + 0.0).ToString("0.00", CultureInfo.InvariantCulture).Replace("-", "−", StringComparison.Ordinal);

    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
