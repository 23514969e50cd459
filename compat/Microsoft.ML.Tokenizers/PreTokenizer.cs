using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Splits text into the pieces that the model encodes one by one.</summary>
public abstract partial class PreTokenizer
{
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);
}

/// <summary>Changes text before it is split.</summary>
public abstract class Normalizer
{
    public abstract string Normalize(string original);

    public abstract string Normalize(ReadOnlySpan<char> original);
}

/// <summary>What the package takes when a BPE tokenizer is given no pre-tokenizer: words and runs of punctuation; white space is lost.</summary>
internal sealed partial class WordOrNonWordPreTokenizer : PreTokenizer
{
    public static WordOrNonWordPreTokenizer Instance { get; } = new();

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        List<(int, int)> pieces = [];
        foreach (ValueMatch match in Pattern().EnumerateMatches(text))
        {
            pieces.Add((match.Index, match.Length));
        }

        return pieces;
    }

    [GeneratedRegex(@"\w+|[^\w\s]+", RegexOptions.None, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Pattern();
}
