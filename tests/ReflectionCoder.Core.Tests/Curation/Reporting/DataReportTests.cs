using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Curation;
using ReflectionCoder.Curation.Reporting;
using ReflectionCoder.Files;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Reports;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;
using ReflectionCoder.Tests.Reports;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Curation.Reporting;

public sealed class DataReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<int> Hostile => [.. Enumerable.Range(0, HostileText.All.Count)];

    public void Dispose() => folder.Dispose();

    /// <summary>Whatever a sample holds, the page has the same tags as with a harmless text of the same form in its place.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void Create_HostileTextEverywhere_ChangesNoTag(int index)
    {
        string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(HostileText.All[index])); // a file holds no half of a pair
        string html = Page(text);
        MarkupReader.CheckNesting(html);
        string harmless = new([.. text.Select(c => c is '\n' or '\r' or ' ' or '\t' or '`' || char.IsSurrogate(c) ? c : 'a')]);
        Assert.Equal(MarkupReader.TagsOf(Page(harmless)), MarkupReader.TagsOf(html));

        string Page(string content) => PageOf(Sample("python", content, content, content, content, 0.5, content), ReflectionOptions());
    }

    [Fact]
    public void Create_Cards_CarryWhatTheFiltersRead()
    {
        string html = PageOf(Sample("c\"sharp", "Do it", "one", "x = 1", "out", 0.5, "missing-colon", "index-shift"), ReflectionOptions());
        string[] titles = Read<string[]>("div", "choices");
        string[] ranges = Read<string[]>("div", "ranges");
        string[][] choices = [.. Read<string[]>("details", "choices").Select(value => JsonSerializer.Deserialize<string[]>(value)!)];
        string[] numbers = Read<string[]>("details", "ranges");
        Assert.Equal(["Type", "Language", "Attempts", "Tests", "Mistake"], titles);
        Assert.Equal(
            ["reflection", "c\"sharp", "1", "author", "missing-colon+index-shift"],
            choices.Select(values => string.Join('+', values))
        );
        Assert.Equal(["Token divergence", "Syntax divergence", "Weight", "Tokens"], ranges);
        Assert.Equal(["0.25", "", "0.5"], numbers[..3]);
        Assert.Contains("data-mark=\"what is hidden\"", html, StringComparison.Ordinal);

        T Read<T>(string element, string name)
        {
            string value = Regex.Match(html, $"<{element} class=\"card[^>]*data-{name}=\"([^\"]*)\"").Groups[1].Value;
            return JsonSerializer.Deserialize<T>(System.Net.WebUtility.HtmlDecode(value))!;
        }
    }

    [Fact]
    public void Create_Card_ShowsMetadataWeightAndLengths()
    {
        string html = PageOf(Sample("rust", "Do it", "one", "x = 1", "boom", 0.5, "missing-colon"), ReflectionOptions());
        Assert.Contains("<dt>Weight</dt><dd><strong>0.5</strong>", html, StringComparison.Ordinal);
        Assert.Contains("<dt>Token divergence</dt><dd><strong>0.25</strong>", html, StringComparison.Ordinal);
        Assert.Contains(
            "Task: lists/first, variant 2\nThe final code has passed tests that its author wrote.",
            html,
            StringComparison.Ordinal
        );
        Assert.Contains("Mistakes: missing-colon", html, StringComparison.Ordinal);
        Assert.Contains("Line 7: lists/first", html, StringComparison.Ordinal);
        Assert.Matches(
            "class=\"passage output\"><figcaption><span>Assistant: execution</span><span class=\"language\">6 tokens, 4 bytes",
            html
        );
        Assert.Matches("class=\"passage program\"><figcaption><span>Assistant: code</span>", html);
        Assert.Matches("class=\"passage instruction plain\"><figcaption><span>User: text</span>", html);
    }

    [Theory]
    [InlineData("all", 0.2)]
    [InlineData("random-token", 0.4)]
    [InlineData("sequential-token", 0.37)]
    [InlineData("random-block", 0.5)]
    [InlineData("block", 0.5)]
    [InlineData("block", 0)]
    public void Mask_AnyStrategy_MarksExactlyTheHiddenTokens(string name, double rate)
    {
        Conversation sample = Sample("python", "Do", "the plan", "x = 1\ny = 2", "boom 1 2 3", 1);
        DataReportOptions options = new() { Strategy = MaskStrategies.Parse(name).Single(), MaskRate = rate };
        SampleTokenizer tokenizer = new(CodeTokenizer.CreateByteLevel());
        MaskedSample masked = new MaskPreview(tokenizer, options).Mask(sample, 5);

        TokenizedSample tokens = tokenizer.Tokenize(sample)!;
        bool[] visible = new SequenceMasker([options.Strategy]).Mask(tokens, rate, new NumpyRandomState(3407 + 5));
        Assert.Equal(visible[tokens.ReflectionStart..tokens.ReflectionEnd].Count(sees => !sees), masked.Hidden);
        string[] contents = [.. sample.Messages.SelectMany(message => message.Content).Select(block => block.Content)];
        for (int block = 1; block <= 3; block++)
        {
            IReadOnlyList<ReportPiece> pieces = masked.PiecesOf(block, contents[block]);
            Assert.Equal(contents[block], string.Concat(pieces.Select(piece => piece.Text)));
            int start = tokens.Spans[block].Start + 1; // a token of the content is a byte
            Assert.Equal(
                visible.Skip(start).Take(contents[block].Length).Select(sees => !sees),
                pieces.SelectMany(piece => piece.Text.Select(_ => piece.IsMarked))
            );
        }

        Assert.Equal([new ReportPiece(contents[0], false)], masked.PiecesOf(0, contents[0]));
        Assert.Equal([new ReportPiece(contents[4], false)], masked.PiecesOf(4, contents[4]));
    }

    [Fact]
    public void PiecesOf_CharacterOfSeveralTokens_StaysWhole()
    {
        Conversation sample = Sample("python", "Do", "é😀é", "x", "", 1);
        DataReportOptions options = new() { Strategy = MaskStrategies.SequentialToken, MaskRate = 0.25 };
        MaskedSample masked = new MaskPreview(new SampleTokenizer(CodeTokenizer.CreateByteLevel()), options).Mask(sample, 1);
        Assert.Equal("é😀é", string.Concat(masked.PiecesOf(1, "é😀é").Select(piece => piece.Text)));
    }

    [Fact]
    public async Task WriteAsync_File_MeasuresAndShowsASelection()
    {
        string data = folder.File("data.jsonl");
        SequenceWriter.Write(
            data,
            Enumerable
                .Range(0, 20)
                .Select(i => new Conversation(Sample("", $"Task {i}", "plan", "x = 1", "", 1).Messages, SampleType.Reflection))
        );
        string page = folder.File("out/page.html");
        await DataReport.WriteAsync(data, page, new DataReportOptions { Samples = 5 }, TestContext.Current.CancellationToken);
        string html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.Equal(5, Regex.Count(html, "<details class=\"card\""));
        Assert.Contains("5 of 20 samples are shown, chosen at random by the seed 3407.", html, StringComparison.Ordinal);
        Assert.Contains("20 samples don&#39;t hold their divergence", html, StringComparison.Ordinal);

        await DataReport.WriteAsync(data, page, new DataReportOptions { Samples = 5, Seed = null }, TestContext.Current.CancellationToken);
        html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.Equal(["1", "2", "3", "4", "5"], Regex.Matches(html, "Line (\\d+):").Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task WriteAsync_NoSampleOrBadOptions_WritesNothing()
    {
        string data = folder.File("empty.jsonl");
        await File.WriteAllTextAsync(data, "\n", TestContext.Current.CancellationToken);
        string page = folder.File("page.html");
        await Assert.ThrowsAsync<DataFormatException>(() => DataReport.WriteAsync(data, page));
        DataReportOptions wrong = new() { MaskRate = double.NaN, Samples = 0 };
        Assert.Equal(2, (await Assert.ThrowsAsync<InvalidOptionsException>(() => DataReport.WriteAsync(data, page, wrong))).Errors.Count);
        Assert.False(File.Exists(page));
    }

    [Fact]
    public void Offer_ManySamples_ChoosesEachEquallyOften()
    {
        int[] counts = new int[10];
        for (uint seed = 0; seed < 2000; seed++)
        {
            SampleChoice choice = new(3, seed);
            for (int line = 0; line < 10; line++)
            {
                choice.Offer(new NumberedConversation(line, Sample("", "", "", "", "", 1)));
            }

            Assert.Equal(choice.Chosen.Select(sample => sample.Line).Order(), choice.Chosen.Select(sample => sample.Line));
            foreach (NumberedConversation sample in choice.Chosen)
            {
                counts[sample.Line]++;
            }
        }

        Assert.All(counts, count => Assert.InRange(count, 500, 700)); // 600 are expected, with a standard deviation of 20
    }

    [Theory]
    [InlineData(true, "3: 2", new double[] { 3, 3 })]
    [InlineData(true, "1: 1|2: 1|3: 0|4: 1", new double[] { 1, 2, 4 })]
    [InlineData(true, "0 to 99: 2|100 to 199: 1|200 to 299: 0", new double[] { 0, 99, 100, 1200 })]
    [InlineData(false, "0 to below 0.1: 2|0.1 to below 0.2: 0", new[] { 0, 0.09, 1 })]
    public void Bars_Numbers_AreCountedBetweenRoundBounds(bool isWhole, string bars, double[] numbers)
    {
        string all = string.Join('|', Histogram.Bars(numbers, isWhole).Select(bar => $"{bar.Name}: {bar.Value.Text}"));
        Assert.StartsWith(bars, all, StringComparison.Ordinal);
        Assert.Equal(numbers.Length, Histogram.Bars(numbers, isWhole).Sum(bar => bar.Value.Number!.Value));
    }

    [Fact]
    public void Complete_MissingMetadata_IsMeasured()
    {
        SampleMeasures measures = new([CodeReader.Python]);
        Message answer = new(MessageRole.Assistant, [new Block(BlockType.Text, "```Python\nx = 2\n```")]);
        Conversation sample = Sample("", "Do", "plan", "x = 1", "", 1);
        SampleMetadata metadata = measures
            .Complete(new Conversation([.. sample.Messages.Take(3), answer], SampleType.Reflection))
            .Metadata!;
        Assert.Equal(("python", 1.0 / 3), (metadata.Language, metadata.TokenDivergence!.Value));
        Assert.NotNull(metadata.SyntaxDivergence);
        Assert.Equal(1, measures.Measured);
        Assert.Equal(0.25, measures.Complete(sample).Metadata!.TokenDivergence);
        Assert.Equal(1, measures.Measured);
    }

    private static DataReportOptions ReflectionOptions() => new() { Strategy = MaskStrategies.BlockType(), MaskRate = 0.5 };

    private static string PageOf(Conversation sample, DataReportOptions options)
    {
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        SequenceStatistics statistics = new(tokenizer);
        statistics.Add(sample);
        SampleChoice choice = new(10, 1);
        choice.Offer(new NumberedConversation(7, sample));
        SampleTokenizer samples = new(tokenizer, new SampleTokenizerOptions { MaxLength = int.MaxValue });
        return new DataPage("data.jsonl", statistics, choice, new MaskPreview(samples, options), 0).Create().ToHtml();
    }

    private static Conversation Sample(
        string language,
        string instruction,
        string analysis,
        string code,
        string output,
        double weight,
        params string[] mistakes
    ) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, instruction)]),
                new Message(
                    MessageRole.Assistant,
                    [new Block(BlockType.Text, analysis), new Block(BlockType.Code, code), new Block(BlockType.Execution, output)]
                ),
                new Message(MessageRole.User, [new Block(BlockType.Text, instruction)]),
                new Message(MessageRole.Assistant, [new Block(BlockType.Code, code)]),
            ],
            SampleType.Reflection
        )
        {
            Weight = weight,
            Metadata = new SampleMetadata
            {
                TaskId = "lists/first",
                Variant = 2,
                Language = language,
                Tests = TestOrigin.Author,
                TokenDivergence = 0.25,
                Mistakes = mistakes,
            },
        };
}
