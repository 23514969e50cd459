using System.Runtime.InteropServices;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Encodes pieces of a text by byte pairs. Short pieces go to Microsoft's <see cref="BpeTokenizer"/>, which has a cache. Long ones go to
/// <see cref="WordMerger"/>, because Microsoft's takes quadratic time. Thread-safe.
/// </summary>
internal sealed class PairEncoder
{
    /// <summary>
    /// From this many characters on, our own merging is clearly faster. The cache of Microsoft's encoder holds only pieces of up to
    /// fifteen.
    /// </summary>
    public const int LongPiece = 256;

    private readonly Dictionary<string, int>? whole;
    private readonly BpeTokenizer package;
    private readonly Lazy<WordMerger> merger;
    private readonly SymbolReader read;

    /// <summary>Creates one.</summary>
    /// <param name="vocabulary">Ids of tokens, in the spelling of the merges.</param>
    /// <param name="merges">Merges in order; a pair that occurs again gets its last rank, as in Hugging Face's library.</param>
    /// <param name="whole">Pieces that become one token without any merge; null for none.</param>
    /// <param name="byteLevel">Whether tokens are written in GPT-2's byte characters, while the text is ordinary.</param>
    /// <param name="read">Gives the ids that our own merging starts from.</param>
    public PairEncoder(
        IReadOnlyDictionary<string, int> vocabulary,
        IReadOnlyList<(string Left, string Right)> merges,
        Dictionary<string, int>? whole,
        bool byteLevel,
        SymbolReader read
    )
    {
        List<(string Left, string Right)> ranked = [.. merges.Reverse().Distinct().Reverse()];
        this.whole = whole;
        this.read = read;
        merger = new Lazy<WordMerger>(() => new WordMerger(vocabulary, ranked));
        package = BpeTokenizer.Create(
            new BpeOptions(vocabulary)
            {
                Merges = ranked.Select(merge => $"{merge.Left} {merge.Right}"),
                ByteLevel = byteLevel,
                PreTokenizer = new HandedPieces(),

                // Microsoft's encoder takes a piece that equals a special token as one token. That is what ignore_merges asks for.
                SpecialTokens = whole,
            }
        );
    }

    /// <summary>
    /// Appends the ids of a piece's characters before any merge; unknown characters are treated as in Hugging Face's library.
    /// </summary>
    public delegate void SymbolReader(ReadOnlySpan<char> piece, List<int> symbols);

    /// <summary>Appends the ids of a text's pieces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">Its pieces in order, none of them empty.</param>
    /// <param name="strange">Says whether Microsoft's encoder can't encode a piece, so that it is merged here. Null for none.</param>
    /// <param name="ids">Where the ids go.</param>
    public void Encode(
        ReadOnlySpan<char> text,
        List<(int Offset, int Length)> pieces,
        Func<ReadOnlySpan<char>, bool>? strange,
        List<int> ids
    )
    {
        int first = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            ReadOnlySpan<char> piece = text.Slice(pieces[i].Offset, pieces[i].Length);
            if (piece.Length >= LongPiece || strange?.Invoke(piece) == true)
            {
                EncodeByPackage(text, pieces, first, i, ids);
                Merge(piece, ids);
                first = i + 1;
            }
        }

        EncodeByPackage(text, pieces, first, pieces.Count, ids);
    }

    private void EncodeByPackage(ReadOnlySpan<char> text, List<(int Offset, int Length)> pieces, int first, int end, List<int> ids)
    {
        if (first < end)
        {
            ids.AddRange(HandedPieces.Encode(package, text, end - first == pieces.Count ? pieces : pieces.GetRange(first, end - first)));
        }
    }

    private void Merge(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (whole?.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(piece, out int id) == true)
        {
            ids.Add(id);
            return;
        }

        List<int> symbols = new(piece.Length);
        read(piece, symbols);
        merger.Value.Merge(CollectionsMarshal.AsSpan(symbols), ids);
    }

    /// <summary>
    /// Gives Microsoft's encoder the pieces of a text. Its interface takes only the whole text, and asks a pre-tokenizer for the pieces on
    /// the same thread; so this one keeps them until it is asked.
    /// </summary>
    private sealed class HandedPieces : PreTokenizer
    {
        [ThreadStatic]
        private static IEnumerable<(int Offset, int Length)>? pieces;

        public static IReadOnlyList<int> Encode(BpeTokenizer package, ReadOnlySpan<char> text, IEnumerable<(int Offset, int Length)> handed)
        {
            pieces = handed;
            try
            {
                return package.EncodeToIds(text, considerNormalization: false);
            }
            finally
            {
                pieces = null;
            }
        }

        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => pieces!;

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => pieces!;
    }
}
