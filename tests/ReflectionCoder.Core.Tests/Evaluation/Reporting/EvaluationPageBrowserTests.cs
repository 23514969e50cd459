using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ReflectionCoder.Tests.Reports;

namespace ReflectionCoder.Tests.Evaluation.Reporting;

/// <summary>What a real browser makes of a page whose every text is hostile.</summary>
[Trait("Category", "Browser")]
public sealed class EvaluationPageBrowserTests
{
    private const string Host = "example.invalid";

    /// <summary>
    /// The browser shows the page, its own script runs, and nothing else becomes an element, runs, or asks a server for anything.
    /// </summary>
    [Fact]
    public async Task Page_HostileResults_StayText()
    {
        Browser.SkipIfMissing();
        using TemporaryFolder folder = new();
        string path = folder.File("page.html");
        await ReportExamples.Hostile().ToPage().WriteAsync(path);
        using RecordingProxy proxy = new();
        string dom = await Browser.RunAsync(folder.File("profile"), new Uri(path).AbsoluteUri, ["--dump-dom", .. proxy.Arguments]);
        Assert.Contains("<input type=\"search\">", dom); // the page's own script ran
        string[] tags = [.. Regex.Matches(dom, "<[a-zA-Z][^>]*>").Select(match => match.Value)];
        Assert.Single(tags, tag => tag.StartsWith("<script", StringComparison.Ordinal));
        Assert.Single(tags, tag => tag.StartsWith("<style", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => Regex.IsMatch(tag, "^<(img|iframe|form|link|base|object|embed|audio|video)\\b"));
        Assert.DoesNotContain(tags, tag => Regex.IsMatch(Regex.Replace(tag, "\"[^\"]*\"", ""), "\\s(on\\w+|src|srcset|style|srcdoc)="));
        Assert.Contains("&lt;img src=x onerror=", dom);
        Assert.DoesNotContain(proxy.Requests, request => request.Contains(Host, StringComparison.Ordinal));
    }

    /// <summary>
    /// If escaping failed everywhere, the page's policy would still let nothing run or load: here the hostile markup is put in unescaped.
    /// Without the policy it runs and loads, so the test would see it.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Page_HostileMarkupUnescaped_IsStoppedByThePolicy(bool withPolicy)
    {
        Browser.SkipIfMissing();
        using TemporaryFolder folder = new();
        string path = folder.File("page.html");
        using RecordingProxy proxy = new();
        const string Hostile =
            "<p id=probe>untouched</p><script>document.getElementById('probe').textContent='hit'</script>"
            + "<img src=http://example.invalid/x.png onerror=\"document.getElementById('probe').textContent='hit'\">"
            + "<iframe src=http://example.invalid/></iframe><script src=http://example.invalid/x.js></script>"
            + "<style>@import url(http://example.invalid/x.css)</style>";
        string html = ReportExamples.Mixed().ToPage().ToHtml();
        html = withPolicy ? html : WithoutPolicy(html);
        await File.WriteAllTextAsync(path, html.Replace("<main>", "<main>" + Hostile, StringComparison.Ordinal));
        string dom = await Browser.RunAsync(folder.File("profile"), new Uri(path).AbsoluteUri, ["--dump-dom", .. proxy.Arguments]);
        Assert.Contains($"<p id=\"probe\">{(withPolicy ? "untouched" : "hit")}</p>", dom);
        Assert.Equal(!withPolicy, proxy.Requests.Any(request => request.Contains(Host, StringComparison.Ordinal)));
    }

    /// <summary>Sorting and filtering do what their controls say.</summary>
    [Fact]
    public async Task Page_Script_SortsAndFilters()
    {
        Browser.SkipIfMissing();
        using TemporaryFolder folder = new();
        string path = folder.File("page.html");
        string html = BenchmarkExample.Report().ToPage().ToHtml();
        const string Probe = """
            const found = {};
            const data = document.querySelector('.data');
            const shown = () => [...data.querySelectorAll('tbody tr')].filter(row => !row.hidden);
            const select = data.querySelector('select');
            found.choices = [...select.options].map(option => option.text);
            select.value = '=out of processor time';
            select.dispatchEvent(new Event('input'));
            found.filtered = shown().length;
            found.count = data.querySelector('output').textContent;
            select.value = '';
            select.dispatchEvent(new Event('input'));
            const seconds = [...data.querySelectorAll('th button')].find(button => button.textContent === 'Seconds');
            seconds.click(); seconds.click();
            found.sort = seconds.parentElement.ariaSort;
            found.slowest = Number(shown()[0].querySelector('[data-sort].number:not(:first-child)').dataset.sort) >= 30;
            document.title = JSON.stringify(found);
            """;

        // The probe is no part of the page, so its policy is taken out here.
        html = WithoutPolicy(html).Replace("</body>", $"<script>{{{Probe}}}</script></body>");
        await File.WriteAllTextAsync(path, html);
        string dom = await Browser.RunAsync(folder.File("profile"), new Uri(path).AbsoluteUri, "--dump-dom");
        string title = WebUtility.HtmlDecode(Regex.Match(dom, "(?<=<title>)[^<]*").Value);
        using JsonDocument found = JsonDocument.Parse(title);
        Assert.Contains("out of processor time", found.RootElement.GetProperty("choices").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(3, found.RootElement.GetProperty("filtered").GetInt32());
        Assert.Equal("3 of 164 rows", found.RootElement.GetProperty("count").GetString());
        Assert.Equal("descending", found.RootElement.GetProperty("sort").GetString());
        Assert.True(found.RootElement.GetProperty("slowest").GetBoolean());
    }

    private static string WithoutPolicy(string html) => Regex.Replace(html, "<meta http-equiv[^>]*>", "");
}
