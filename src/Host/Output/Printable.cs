using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Swath.Host.Output;

/// <summary>
/// Text of others (names of jobs and tenants, answers of models, names of files) as a terminal may be given it: what would move the cursor, start a line
/// or turn the direction of what follows is shown as an escape such as <c>\u001b</c>. Machine-readable output does without: there the text is exact.
/// </summary>
internal static class Printable
{
    private const string Ellipsis = "…";

    /// <summary>The text on one line, with every control and format character (Unicode's Cc, Cf, Zl, Zp) and every half of a surrogate pair escaped.</summary>
    public static string Of(string text)
    {
        if (!text.EnumerateRunes().Any(IsActive))
            return text;
        var shown = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            var whole = Rune.TryGetRuneAt(text, at, out var rune);
            if (whole && !IsActive(rune))
                shown.Append(rune.ToString());
            else
                Escape(shown, whole ? rune.Value : text[at]);
            at += whole ? rune.Utf16SequenceLength : 1;
        }

        return shown.ToString();
    }

    /// <summary>How many columns of a terminal the text takes: wide characters (Chinese, emoji) take two.</summary>
    public static int Columns(string text) => new Segment(text).CellCount();

    /// <summary>The text in exactly so many columns: padded, or cut with an ellipsis.</summary>
    public static string Fit(string text, int columns)
    {
        var taken = Columns(text);
        if (taken <= columns)
            return text + new string(' ', columns - taken);
        var (kept, width) = (new StringBuilder(), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var next = Columns(rune.ToString());
            if (width + next > columns - 1)
                break;
            kept.Append(rune.ToString());
            width += next;
        }

        return kept + (columns > width ? Ellipsis + new string(' ', columns - width - 1) : "");
    }

    // The replacement stands for half of a surrogate pair when runes are enumerated.
    private static bool IsActive(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static void Escape(StringBuilder shown, int character) => _ = character switch
    {
        '\n' => shown.Append(@"\n"),
        '\r' => shown.Append(@"\r"),
        '\t' => shown.Append(@"\t"),
        > 0xFFFF => shown.Append(CultureInfo.InvariantCulture, $@"\U{character:x8}"),
        _ => shown.Append(CultureInfo.InvariantCulture, $@"\u{character:x4}"),
    };
}
