using System.Globalization;
using System.Text;

namespace ReflectionCoder.Reports.Html;

/// <summary>Writes HTML. Text and attribute values are always escaped; only names and constants of this folder pass as they are.</summary>
internal sealed class HtmlWriter
{
    private const char ReplacementCharacter = '\ufffd';

    private readonly StringBuilder html = new();

    /// <summary>Appends markup, which must be a constant and never hold data.</summary>
    public HtmlWriter Markup(string markup)
    {
        html.Append(markup);
        return this;
    }

    /// <summary>Begins an element. Attributes with a null value are left out.</summary>
    public HtmlWriter Open(string element, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        html.Append('<').Append(element);
        foreach ((string name, string? value) in attributes)
        {
            if (value is not null)
            {
                html.Append(' ').Append(name).Append("=\"");
                Text(value).Markup("\"");
            }
        }

        html.Append('>');
        return this;
    }

    /// <summary>Ends an element.</summary>
    public HtmlWriter Close(string element)
    {
        html.Append("</").Append(element).Append('>');
        return this;
    }

    /// <summary>Writes an element that holds only text.</summary>
    public HtmlWriter Element(string element, string text, params ReadOnlySpan<(string Name, string? Value)> attributes) =>
        Open(element, attributes).Text(text).Close(element);

    /// <summary>Writes text as data.</summary>
    /// <remarks>
    /// What a browser would swallow or what would reorder other text becomes visible: control characters, marks that change the direction
    /// of writing, invisible spaces. Half a surrogate pair becomes U+FFFD, because no file can hold it.
    /// </remarks>
    public HtmlWriter Text(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                html.Append(c).Append(text[++i]);
                continue;
            }

            _ = c switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                '\n' or '\t' => html.Append(c),
                '\r' when i + 1 < text.Length && text[i + 1] == '\n' => html,
                < ' ' => html.Append((char)('\u2400' + c)), // the picture of the control character
                '\u007f' => html.Append('\u2421'),
                _ when char.IsSurrogate(c) => html.Append(ReplacementCharacter),
                _ when IsInvisible(c) => html.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => html.Append(c),
            };
        }

        return this;
    }

    /// <summary>The id of an element: what HTML and links allow, and different for different names.</summary>
    public static string IdOf(string anchor)
    {
        var id = new StringBuilder("d-");
        foreach (char c in anchor)
        {
            _ = char.IsAsciiLetterOrDigit(c) || c == '-' ? id.Append(c) : id.Append(CultureInfo.InvariantCulture, $"_{(int)c:x4}");
        }

        return id.ToString();
    }

    /// <summary>The style class of a tone; null for none.</summary>
    public static string? ClassOf(ReportTone tone) =>
        tone switch
        {
            ReportTone.Neutral => null,
            ReportTone.Good => "good",
            ReportTone.Bad => "bad",
            ReportTone.Warning => "warning",
            _ => throw new ArgumentOutOfRangeException(nameof(tone), tone, "The tone is unknown."),
        };

    /// <summary>A number for an attribute of SVG or of a table, in the fewest digits.</summary>
    public static string Number(double value) => Math.Round(value, 6).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => html.ToString();

    private static bool IsInvisible(char c) =>
        c is (>= '\u0080' and <= '\u009f') or '\u00ad' or '\u061c' or '\u180e' or '\ufeff' or '\ufffe' or '\uffff'
        || c is (>= '\u200b' and <= '\u200f') or (>= '\u2028' and <= '\u202e') or (>= '\u2060' and <= '\u206f');
}
