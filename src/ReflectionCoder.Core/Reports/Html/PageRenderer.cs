using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ReflectionCoder.Reports.Html;

/// <summary>Makes the page of a report.</summary>
/// <remarks>
/// The page's content security policy allows exactly the style and the script below, by their hashes, and nothing else. So even a mistake
/// in escaping could not make a text run or load anything.
/// </remarks>
internal static class PageRenderer
{
    private static readonly string Style = ReadAsset("report.css");
    private static readonly string Script = ReadAsset("report.js");

    private static readonly string Policy =
        $"default-src 'none'; style-src '{HashOf(Style)}'; script-src '{HashOf(Script)}'; base-uri 'none'; form-action 'none'";

    /// <summary>Makes the page.</summary>
    public static string Render(ReportPage page)
    {
        var html = new HtmlWriter();
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Open("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy)).Markup("\n");
        html.Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Markup("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        html.Element("title", page.Title).Markup("\n<style>").Markup(Style).Markup("</style>\n</head>\n<body>\n");
        html.Markup("<header>\n").Element("h1", page.Title).Markup("\n");
        if (page.Subtitle.Length > 0)
        {
            html.Element("p", page.Subtitle).Markup("\n");
        }

        WriteContents(html, page.Sections);
        html.Markup("</header>\n<main>\n");
        foreach ((int index, ReportSection section) in page.Sections.Index())
        {
            string id = IdOf(index);
            html.Open("section", ("aria-labelledby", id)).Markup("\n").Element("h2", section.Title, ("id", id)).Markup("\n");
            foreach (ReportBlock block in section.Blocks)
            {
                block.Write(html);
            }

            html.Close("section").Markup("\n");
        }

        return html.Markup("</main>\n<script>").Markup(Script).Markup("</script>\n</body>\n</html>\n").ToString();
    }

    private static void WriteContents(HtmlWriter html, IReadOnlyList<ReportSection> sections)
    {
        if (sections.Count < 2)
        {
            return;
        }

        html.Markup("<nav aria-label=\"Contents\"><ul>");
        foreach ((int index, ReportSection section) in sections.Index())
        {
            html.Markup("<li>").Element("a", section.Title, ("href", "#" + IdOf(index))).Markup("</li>");
        }

        html.Markup("</ul></nav>\n");
    }

    private static string IdOf(int section) => $"section-{section + 1}";

    private static string HashOf(string content) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static string ReadAsset(string name)
    {
        string resource = "ReflectionCoder.Reports.Assets." + name;
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {resource}.");
        using var reader = new StreamReader(stream);

        // A checkout may have other line ends. The policy's hash is of what a browser reads, and it reads line feeds.
        return "\n" + reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
