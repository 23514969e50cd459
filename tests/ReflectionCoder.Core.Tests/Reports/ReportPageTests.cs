using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ReflectionCoder.Files;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Tests.Reports;

public sealed partial class ReportPageTests
{
    public static TheoryData<int> Hostile => [.. Enumerable.Range(0, HostileText.All.Count)];

    /// <summary>Whatever a text holds, the page has the same tags as with a harmless one in its place.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void ToHtml_HostileTextEverywhere_ChangesNoTag(int index)
    {
        string text = HostileText.All[index];
        string html = PageWith(text).ToHtml();
        MarkupReader.CheckNesting(html);
        Assert.DoesNotMatch(Control(), html);
        Assert.Equal(html, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(html))); // no half of a surrogate pair

        // As many lines and as long, so that the same is cut.
        string harmless = new([
            .. text.Select(c =>
                c is '\n' or '\r' or ' ' or '\t' ? c
                : char.IsSurrogate(c) ? c
                : 'a'
            ),
        ]);
        Assert.Equal(MarkupReader.TagsOf(PageWith(harmless).ToHtml()), MarkupReader.TagsOf(html));
    }

    [Fact]
    public void ToHtml_SameReport_GivesSameBytes() => Assert.Equal(PageWith("a\nb").ToHtml(), PageWith("a\nb").ToHtml());

    [Fact]
    public void ToHtml_NamesNothingOutsideThePage()
    {
        string html = PageWith("text").ToHtml();
        Assert.DoesNotContain("http:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"\b(src|srcset|action|style|on\w+)=", string.Concat(MarkupReader.TagsOf(html)));
        Assert.All(Link().Matches(html), match => Assert.StartsWith("#", match.Groups["to"].Value, StringComparison.Ordinal));
        Assert.All(Link().Matches(html), match => Assert.Contains($"id=\"{match.Groups["to"].Value[1..]}\"", html));
    }

    /// <summary>The policy allows this style and this script and nothing else.</summary>
    [Fact]
    public void ToHtml_Policy_HoldsTheHashesOfStyleAndScript()
    {
        string html = PageWith("text").ToHtml();
        string policy = Regex.Match(html, "content=\"(default-src[^\"]*)\"").Groups[1].Value.Replace("&#39;", "'");
        Assert.Equal(
            $"default-src 'none'; style-src '{HashOf("style")}'; script-src '{HashOf("script")}'; base-uri 'none'; form-action 'none'",
            policy
        );

        string HashOf(string element)
        {
            string content = Regex.Match(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
            return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        }
    }

    [Fact]
    public void ToHtml_Headings_GoDownStepByStepAndIdsAreUnique()
    {
        string html = PageWith("text").ToHtml();
        string[] tags = [.. MarkupReader.TagsOf(html)];
        Assert.Single(tags, tag => tag == "<h1>");
        Assert.Equal(2, tags.Count(tag => tag == "<h2 id>"));
        Assert.DoesNotContain(tags, tag => Regex.IsMatch(tag, "^<h[3-6]"));
        string[] ids = [.. Regex.Matches(html, " id=\"([^\"]*)\"").Select(match => match.Groups[1].Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(tags.Where(tag => tag.StartsWith("<th ", StringComparison.Ordinal)), tag => Assert.Contains(" scope", tag));
    }

    [Theory]
    [InlineData("\u001b[0m", "␛[0m")]
    [InlineData("\0", "␀")]
    [InlineData("\u202e", "\\u202e")]
    [InlineData("😀", "😀")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("<&>\"'", "&lt;&amp;&gt;&quot;&#39;")]
    public void ToHtml_SpecialCharacters_AreShown(string text, string shown) =>
        Assert.Contains($"<h1>{shown}</h1>", new ReportPage { Title = text, Sections = [] }.ToHtml());

    [Fact]
    public void ToHtml_HalfASurrogatePair_IsReplaced() =>
        Assert.Contains("<h1>\ufffdx\ufffd</h1>", new ReportPage { Title = "\ud800x\udc00", Sections = [] }.ToHtml());

    [Fact]
    public void Code_LongLinesAndTexts_AreShortenedAndSaySo()
    {
        string line = Render(ReportBlock.Code("c", new string('x', 100_000)));
        Assert.Contains(new string('x', 2000) + "<span class=\"cut\">… 98,000 more characters …</span>", line);
        string text = Render(ReportBlock.Code("c", string.Join('\n', Enumerable.Range(1, 5000))));
        Assert.Contains("… 4,400 more lines …", text);
        Assert.Contains("data-line=\"400\">400\n", text);
        Assert.Contains("data-line=\"4801\">4801\n", text);
        Assert.DoesNotContain("data-line=\"401\"", text);
        Assert.Contains("empty", Render(ReportBlock.Code("c", "")));
        string wide = string.Join('\n', Enumerable.Repeat(new string('x', 3000), 500));
        Assert.Contains("… 476 more lines …", Render(ReportBlock.Code("c", wide)));
        Assert.Contains("… 476 further lines …", Render(ReportBlock.Difference("c", wide, wide + "x")));
    }

    [Fact]
    public void Difference_ChangedLines_AreMarkedWhereTheyDiffer()
    {
        string html = Render(ReportBlock.Difference("d", "a\nthe [1, 2, 3] end\nc", "a\nthe [1, 5, 3] end\nc\n"));
        Assert.Contains("<span class=\"line removed\"><span class=\"sign\">− </span>the [1, <mark>2</mark>, 3] end", html);
        Assert.Contains("<span class=\"line added\"><span class=\"sign\">+ </span>the [1, <mark>5</mark>, 3] end", html);
        Assert.Contains("The texts are equal", Render(ReportBlock.Difference("d", "a", "a")));
    }

    /// <summary>Of a long line the place that differs is shown, wherever it is.</summary>
    [Fact]
    public void Difference_FarIntoALongLine_IsShown()
    {
        string same = new('x', 50_000);
        string html = Render(ReportBlock.Difference("d", same + "1" + same, same + "2" + same));
        Assert.Contains("<mark>1</mark>", html);
        Assert.Contains("<mark>2</mark>", html);
        Assert.Contains("… 49,500 more characters …", html);
        Assert.True(html.Length < 30_000); // most of it style and script
    }

    [Fact]
    public void Difference_LongEqualParts_ShowOnlyWhatIsAround()
    {
        string[] before = [.. Enumerable.Range(0, 100).Select(i => $"line {i}")];
        string[] after = [.. before];
        after[50] = "other";
        string html = Render(ReportBlock.Difference("d", string.Join('\n', before), string.Join('\n', after)));
        Assert.Contains("… 47 equal lines …", html);
        Assert.Contains("… 46 equal lines …", html);
        Assert.Contains("line 47", html);
        Assert.DoesNotContain("line 46\n", html);
    }

    [Fact]
    public void Table_RowOfAnotherLength_Throws()
    {
        Assert.Throws<ArgumentException>(() =>
            ReportBlock.Table(
                "t",
                [new("a"), new("b")],
                [
                    ["1"],
                ]
            )
        );
        Assert.Throws<ArgumentException>(() => ReportBlock.Table("t", [], []));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1e300, 1e300)]
    [InlineData(1e-300, 2e-300)]
    [InlineData(0.1, 0.30000000000000004)]
    [InlineData(1e16, 1e16)]
    public void Lines_AnyRange_HasFinitePlaces(double low, double high)
    {
        string html = Render(ReportBlock.Lines("c", "x", "y", [new("l", [(0, low), (1, double.NaN), (2, high), (3, double.MaxValue)])]));
        Assert.DoesNotContain("NaN", html);
        Assert.DoesNotContain("∞", html);
        Assert.Contains("<polyline", html);
    }

    [Fact]
    public void Lines_ManyPoints_KeepThePeaks()
    {
        (double, double)[] points = [.. Enumerable.Range(0, 100_000).Select(i => ((double)i, i == 77_777 ? 50.0 : Math.Sin(i)))];
        string html = Render(ReportBlock.Lines("c", "x", "y", [new("l", points)]));
        Assert.True(html.Length < 30_000);
        Assert.Contains(",41.5 ", html); // 50 on an axis from -20 to 60
        Assert.Contains("no values", Render(ReportBlock.Lines("c", "x", "y", [])));
    }

    [Fact]
    public async Task WriteAsync_NewFolder_WritesAndReplaces()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "new", "page.html");
        await PageWith("first").WriteAsync(path);
        await PageWith("second").WriteAsync(path);
        Assert.Equal(PageWith("second").ToHtml(), await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        await Assert.ThrowsAsync<FileWriteException>(() => PageWith("x").WriteAsync(folder.File("new")));
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PageWith("third").WriteAsync(path, stop.Token));
        Assert.Equal(PageWith("second").ToHtml(), await File.ReadAllTextAsync(path));
    }

    /// <summary>A page that shows a text in every place that takes one.</summary>
    internal static ReportPage PageWith(string text) =>
        new()
        {
            Title = text,
            Subtitle = text,
            Sections =
            [
                new(text, [ReportBlock.Text(text, ReportTone.Warning), ReportBlock.Figures([new(text, text, text, ReportTone.Bad)])]),
                new(
                    text,
                    [
                        ReportBlock.Table(
                            text,
                            [new(text, IsChoice: true), new(text, IsNumber: true)],
                            [
                                [new(text, 1, text, ReportTone.Good), text],
                            ]
                        ),
                        ReportBlock.Detail(text, [ReportBlock.Code(text, text, text)], text, ReportTone.Bad),
                        ReportBlock.SideBySide([
                            ReportBlock.Difference(text, text, "other", text, text),
                            ReportBlock.Difference(text, "other", text, text, text),
                        ]),
                        ReportBlock.Bars(text, [(text, new(text, 3, Tone: ReportTone.Warning))]),
                        ReportBlock.Lines(text, text, text, [new(text, [(0, 1), (1, 2)])]),
                    ]
                ),
            ],
        };

    private static string Render(ReportBlock block) => new ReportPage { Title = "t", Sections = [new("s", [block])] }.ToHtml();

    [GeneratedRegex(@"[\p{Cc}-[\n\t]]")]
    private static partial Regex Control();

    [GeneratedRegex("href=\"(?<to>[^\"]*)\"")]
    private static partial Regex Link();
}
