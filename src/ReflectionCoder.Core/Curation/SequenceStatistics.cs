using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Curation;

/// <summary>
/// Counts what a data set is made of, one sample at a time. Keeps some numbers of each sample, not its text. Not thread-safe.
/// </summary>
public sealed class SequenceStatistics
{
    private const int DivergencePlaces = 4;

    private readonly SampleTokenizer? tokenizer;
    private readonly SortedDictionary<string, int> languages = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> tests = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> mistakes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, int> attempts = [];
    private readonly HashSet<string> tasks = new(StringComparer.Ordinal);
    private int withMistakes;

    /// <summary>Creates statistics of no sample.</summary>
    /// <param name="tokenizer">Counts tokens. The default value is null: only bytes are counted.</param>
    public SequenceStatistics(CodeTokenizer? tokenizer = null) =>
        this.tokenizer = tokenizer is null ? null : new SampleTokenizer(tokenizer, new SampleTokenizerOptions { MaxLength = int.MaxValue });

    /// <summary>How many samples there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are of type reflection.</summary>
    public int Reflections { get; private set; }

    /// <summary>How many different tasks the samples name.</summary>
    internal int Tasks => tasks.Count;

    /// <summary>Samples of each language; <c>unknown</c> for those that don't name it.</summary>
    internal IReadOnlyDictionary<string, int> Languages => languages;

    /// <summary>Samples by whose tests their code has passed.</summary>
    internal IReadOnlyDictionary<string, int> Tests => tests;

    /// <summary>How often each mistake is corrected.</summary>
    internal IReadOnlyDictionary<string, int> Mistakes => mistakes;

    /// <summary>Reflections by their number of attempts.</summary>
    internal IReadOnlyDictionary<int, int> Attempts => attempts;

    /// <summary>Lengths of the blocks' texts, in bytes of UTF-8.</summary>
    internal Quantiles Bytes { get; } = new();

    /// <summary>Lengths in tokens, with markers, bos and eos.</summary>
    internal Quantiles Tokens { get; } = new();

    /// <summary>Token divergence of the samples that name it.</summary>
    internal Quantiles TokenDivergence { get; } = new();

    /// <summary>Syntax divergence of the samples that name it.</summary>
    internal Quantiles SyntaxDivergence { get; } = new();

    /// <summary>The samples' weights.</summary>
    internal Quantiles Weights { get; } = new();

    /// <summary>Counts a sample.</summary>
    /// <param name="conversation">The sample.</param>
    /// <exception cref="SampleFormatException">There is a tokenizer, and it can't tokenize the sample.</exception>
    public void Add(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        if (tokenizer is not null)
        {
            Tokens.Add(tokenizer.Tokenize(conversation)!.Length); // no sample is too long
        }

        Count++;
        SampleMetadata metadata = conversation.Metadata ?? new SampleMetadata();
        CountOne(languages, metadata.Language ?? "unknown");
        CountOne(tests, NameOf(metadata.Tests));
        if (metadata.TaskId is { } task)
        {
            tasks.Add(task);
        }

        foreach (string mistake in metadata.Mistakes)
        {
            CountOne(mistakes, mistake);
        }

        withMistakes += metadata.Mistakes.Count > 0 ? 1 : 0;
        if (conversation.Type == SampleType.Reflection)
        {
            Reflections++;
            CountOne(attempts, AttemptsOf(conversation));
        }

        Bytes.Add(BytesOf(conversation));
        Weights.Add(conversation.Weight);
        AddIfKnown(TokenDivergence, metadata.TokenDivergence);
        AddIfKnown(SyntaxDivergence, metadata.SyntaxDivergence);
    }

    /// <summary>Makes the JSON form, for a manifest. Equal samples give equal text, in whatever order they came.</summary>
    /// <returns>
    /// An object: counts by name (<c>types</c>, <c>languages</c>, <c>attempts</c>, <c>tests</c>, <c>mistakes</c>), and distributions with
    /// minimum, quantiles, maximum and mean (<c>bytes</c>, <c>tokens</c>, <c>token_divergence</c>, <c>syntax_divergence</c>,
    /// <c>weight</c>), null where there is nothing to measure.
    /// </returns>
    public JsonObject ToJson() =>
        new()
        {
            ["samples"] = Count,
            ["tasks"] = Tasks,
            ["types"] = new JsonObject { ["generation"] = Count - Reflections, ["reflection"] = Reflections },
            ["languages"] = Counts(languages),
            ["attempts"] = Counts(attempts),
            ["tests"] = Counts(tests),
            ["with_mistakes"] = withMistakes,
            ["mistakes"] = Counts(mistakes),
            ["bytes"] = Bytes.ToJson(0),
            ["tokens"] = Tokens.ToJson(0),
            ["token_divergence"] = TokenDivergence.ToJson(DivergencePlaces),
            ["syntax_divergence"] = SyntaxDivergence.ToJson(DivergencePlaces),
            ["weight"] = Weights.ToJson(DivergencePlaces),
        };

    /// <summary>How many programs a reflection sequence holds: the code blocks of its first answer.</summary>
    internal static int AttemptsOf(Conversation conversation) =>
        conversation.Messages.FirstOrDefault(message => message.Role == MessageRole.Assistant)?.Content.Count(IsCode) ?? 0;

    /// <summary>The length of the blocks' texts, in bytes of UTF-8.</summary>
    internal static int BytesOf(Conversation conversation) =>
        conversation.Messages.SelectMany(message => message.Content).Sum(block => Encoding.UTF8.GetByteCount(block.Content));

    /// <summary>What a sample says of its tests, in a word.</summary>
    internal static string NameOf(TestOrigin? origin) =>
        origin switch
        {
            TestOrigin.Task => "task",
            TestOrigin.Author => "author",
            _ => "unknown",
        };

    private static bool IsCode(Block block) => block.Type == BlockType.Code;

    private static void CountOne<TKey>(SortedDictionary<TKey, int> counts, TKey key)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static void AddIfKnown(Quantiles quantiles, double? value)
    {
        if (value is { } number)
        {
            quantiles.Add(number);
        }
    }

    private static JsonObject Counts<TKey>(SortedDictionary<TKey, int> counts)
        where TKey : notnull
    {
        JsonObject result = [];
        foreach ((TKey key, int count) in counts)
        {
            result.Add(Convert.ToString(key, CultureInfo.InvariantCulture)!, count);
        }

        return result;
    }
}
