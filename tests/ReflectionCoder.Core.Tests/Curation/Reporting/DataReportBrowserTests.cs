using System.Net;
using System.Text.RegularExpressions;
using ReflectionCoder.Reports;
using ReflectionCoder.Tests.Reports;

namespace ReflectionCoder.Tests.Curation.Reporting;

/// <summary>What a real browser makes of cards.</summary>
[Trait("Category", "Browser")]
public sealed class DataReportBrowserTests
{
    /// <summary>Every filter shows what it says, together with the others.</summary>
    [Fact]
    public async Task Cards_Filters_ShowWhatTheySay()
    {
        Browser.SkipIfMissing();
        using TemporaryFolder folder = new();
        const string Probe = """
            const found = [];
            const label = title => [...document.querySelectorAll('.cards .tools label')].find(one => one.textContent.startsWith(title));
            const set = (title, value, index = 0) => {
              const input = label(title).querySelectorAll('input, select')[index];
              input.value = value;
              input.dispatchEvent(new Event('input'));
            };
            const note = () => found.push(
              [...document.querySelectorAll('.card')]
                .filter(card => !card.hidden)
                .map(card => card.querySelector('summary').firstChild.data)
                .join());
            note();
            set('Language', '=a"b'); note();
            set('Mistake', '=two'); note();
            set('Language', ''); note();
            set('Mistake', ''); set('Divergence', '0.5'); note();
            set('Divergence', '', 0); set('Divergence', '0.2', 1); note();
            set('Divergence', '', 1); set('Search', 'HIDDEN in three'); note();
            found.push(label('Attempts') === undefined, document.querySelector('.cards output').textContent);
            label('Mark').querySelector('input').click();
            found.push(document.querySelector('.cards').classList.contains('unmarked'));
            document.title = found.join('|');
            """;
        string html = new ReportPage { Title = "t", Sections = [new ReportSection("s", [Cards()])] }.ToHtml();

        // The probe is no part of the page, so its policy is taken out here.
        html = Regex.Replace(html, "<meta http-equiv[^>]*>", "").Replace("</body>", $"<script>{{{Probe}}}</script></body>");
        string path = folder.File("page.html");
        await File.WriteAllTextAsync(path, html, TestContext.Current.CancellationToken);
        string dom = await Browser.RunAsync(folder.File("profile"), new Uri(path).AbsoluteUri, "--dump-dom");
        string title = WebUtility.HtmlDecode(Regex.Match(dom, "(?<=<title>)[^<]*").Value);
        Assert.Equal("one,two,three|one,two|two|two,three|three|one|three|true|1 of 3 shown|true", title);
    }

    /// <summary>The page's own script runs under its policy, whatever the cards hold.</summary>
    [Fact]
    public async Task Cards_Hostile_StayText()
    {
        Browser.SkipIfMissing();
        using TemporaryFolder folder = new();
        string path = folder.File("page.html");
        ReportCard[] cards =
        [
            .. HostileText
                .All.Where(text => text.Length < 5000)
                .Select(text => new ReportCard(
                    text,
                    text,
                    [
                        [text],
                    ],
                    [1],
                    [ReportBlock.Passage(ReportPassageKind.Code, text, text, [new(text, true)])]
                )),
        ];
        ReportBlock block = ReportBlock.Cards("c", ["<b>"], ["</script>"], cards, "\"><b>");
        await new ReportPage { Title = "t", Sections = [new ReportSection("s", [block])] }.WriteAsync(path);
        string dom = await Browser.RunAsync(folder.File("profile"), new Uri(path).AbsoluteUri, "--dump-dom");
        Assert.Contains($"{cards.Length} of {cards.Length} shown", dom, StringComparison.Ordinal);
        string[] tags = [.. Regex.Matches(dom, "<[a-zA-Z][^>]*>").Select(match => match.Value)];
        Assert.Single(tags, tag => tag.StartsWith("<script", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => Regex.IsMatch(tag, "^<(b|img|iframe|form|link|base|object|embed)\\b"));
    }

    private static ReportBlock Cards() =>
        ReportBlock.Cards(
            "Samples",
            ["Language", "Attempts", "Mistake"],
            ["Divergence"],
            [Card("one", "a\"b", 0.1, "one"), Card("two", "a\"b", null, "one", "two"), Card("three", "</script>", 0.7, "two")],
            "hidden tokens"
        );

    private static ReportCard Card(string name, string language, double? divergence, params string[] mistakes) =>
        new(
            name,
            "",
            [
                [language],
                ["2"],
                mistakes,
            ],
            [divergence],
            [ReportBlock.Passage(ReportPassageKind.Text, "text", "", [new("seen and ", false), new($"hidden in {name}", true)])]
        );
}
