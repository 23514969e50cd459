using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Curation;

/// <summary>
/// Finds texts that hold a part of a benchmark's task, so that they don't get into the training data and make the benchmark's result
/// meaningless. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// A text is contaminated if it shares a number of words in a row with a benchmark's text (<see cref="DecontaminatorOptions.Words"/>).
/// A benchmark's text with fewer words must be in the text as a whole; if it has too few different words
/// (<see cref="DecontaminatorOptions.MinDistinctWords"/>), it must be the text. This is the rule by which DeepSeek-Coder's data was
/// filtered (arXiv 2401.14196: 10 words, and equality for 3 to 9). Others take 13 words (GPT-3, arXiv 2005.14165), 50 characters (GPT-4,
/// arXiv 2303.08774), or a docstring or solution as a whole (StarCoder, arXiv 2305.06161; Magicoder, arXiv 2312.02120). Here words that
/// many tasks share don't count, and neither do runs of numbers and one-letter names. A task said in other words is not found.
/// </remarks>
public sealed class Decontaminator
{
    private const int ShortestWhole = 3;

    private readonly DecontaminatorOptions options;
    private readonly BenchmarkText[] texts;
    private readonly Dictionary<ulong, int> runs = [];
    private readonly SortedDictionary<int, Dictionary<ulong, int>> shorts = [];
    private readonly Dictionary<ulong, int> wholes = [];

    /// <summary>Reads the texts of benchmarks.</summary>
    /// <param name="texts">The texts; for each task its instruction or prompt, and its reference solution.</param>
    /// <param name="options">The options. The default value is null: the default options.</param>
    /// <exception cref="InvalidOptionsException">An option is out of range.</exception>
    public Decontaminator(IEnumerable<BenchmarkText> texts, DecontaminatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        this.options = options is null ? new DecontaminatorOptions() : options with { };
        this.options.Validate();
        this.texts = [.. texts];
        foreach (IGrouping<string, int> benchmark in Enumerable.Range(0, this.texts.Length).GroupBy(i => this.texts[i].Benchmark))
        {
            Learn(benchmark);
        }

        Identity = MakeIdentity();
    }

    /// <summary>Names the options and, by a hash, the texts: equal for checks that give equal results.</summary>
    public string Identity { get; }

    /// <summary>Looks for a passage of a benchmark in a text.</summary>
    /// <param name="text">The text, such as an instruction or a program.</param>
    /// <returns>The first shared passage; null if there is none.</returns>
    public BenchmarkOverlap? FindOverlap(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<Word> words = WordReader.Read(text);
        List<ulong> hashes = [];
        NGrams.Read(words, options.Words, hashes);
        for (int i = 0; i < hashes.Count; i++)
        {
            if (runs.TryGetValue(hashes[i], out int found))
            {
                int last = i;
                while (last + 1 < hashes.Count && runs.TryGetValue(hashes[last + 1], out int next) && IsSameTask(found, next))
                {
                    last++;
                }

                return Overlap(found, text[words[i].Start..words[last + options.Words - 1].End]);
            }
        }

        return FindShort(text, words, hashes);
    }

    /// <summary>Looks for a passage of a benchmark in the blocks of a conversation, execution blocks included.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>The first shared passage; null if there is none.</returns>
    public BenchmarkOverlap? FindOverlap(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return conversation
            .Messages.SelectMany(message => message.Content)
            .Select(block => FindOverlap(block.Content))
            .FirstOrDefault(overlap => overlap is not null);
    }

    private BenchmarkOverlap? FindShort(string text, List<Word> words, List<ulong> hashes)
    {
        if (words.Count < options.Words && wholes.TryGetValue(NGrams.Whole(words), out int whole))
        {
            return Overlap(whole, text);
        }

        foreach ((int length, Dictionary<ulong, int> ofLength) in shorts)
        {
            NGrams.Read(words, length, hashes);
            for (int i = 0; i < hashes.Count; i++)
            {
                if (ofLength.TryGetValue(hashes[i], out int found))
                {
                    return Overlap(found, text[words[i].Start..words[i + length - 1].End]);
                }
            }
        }

        return null;
    }

    private void LearnShort(int index, List<Word> words, List<ulong> hashes)
    {
        if (NGrams.TellingWords(words, 0, words.Count) >= options.MinDistinctWords)
        {
            if (!shorts.TryGetValue(words.Count, out Dictionary<ulong, int>? ofLength))
            {
                shorts.Add(words.Count, ofLength = []);
            }

            NGrams.Read(words, words.Count, hashes);
            ofLength.TryAdd(hashes[0], index);
        }
        else if (words.Count >= ShortestWhole)
        {
            wholes.TryAdd(NGrams.Whole(words), index);
        }
    }

    private void Learn(IEnumerable<int> benchmark)
    {
        Dictionary<ulong, (int First, string LastTask, int Tasks)> seen = [];
        List<Word> words = [];
        List<ulong> hashes = [];
        foreach (int index in benchmark)
        {
            WordReader.Read(texts[index].Text, words);
            if (words.Count < options.Words)
            {
                LearnShort(index, words, hashes);
                continue;
            }

            NGrams.Read(words, options.Words, hashes);
            for (int i = 0; i < hashes.Count; i++)
            {
                if (NGrams.TellingWords(words, i, options.Words) >= options.MinDistinctWords)
                {
                    Count(seen, hashes[i], index);
                }
            }
        }

        foreach ((ulong hash, (int first, _, int tasks)) in seen)
        {
            if (tasks <= options.MaxTasksWithWords)
            {
                runs.TryAdd(hash, first);
            }
        }
    }

    /// <summary>Counts a task once for each run. Its texts follow each other, or it counts again.</summary>
    private void Count(Dictionary<ulong, (int First, string LastTask, int Tasks)> seen, ulong hash, int index)
    {
        string task = texts[index].TaskId;
        seen[hash] =
            !seen.TryGetValue(hash, out (int First, string LastTask, int Tasks) before) ? (index, task, 1)
            : before.LastTask == task ? before
            : (before.First, task, before.Tasks + 1);
    }

    private bool IsSameTask(int one, int other) =>
        texts[one].Benchmark == texts[other].Benchmark && texts[one].TaskId == texts[other].TaskId;

    private BenchmarkOverlap Overlap(int index, string passage) =>
        new(
            texts[index].Benchmark,
            texts[index].TaskId,
            string.Join(' ', passage.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        );

    private string MakeIdentity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (BenchmarkText text in texts)
        {
            foreach (string part in (ReadOnlySpan<string>)[text.Benchmark, text.TaskId, text.Text])
            {
                byte[] bytes = Encoding.UTF8.GetBytes(part);
                hash.AppendData(BitConverter.GetBytes((long)bytes.Length)); // so that the parts can't run into each other
                hash.AppendData(bytes);
            }
        }

        string content = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"words-{options.Words}/tasks-{options.MaxTasksWithWords}/distinct-{options.MinDistinctWords}/{texts.Length}-texts-{content}"
        );
    }
}
