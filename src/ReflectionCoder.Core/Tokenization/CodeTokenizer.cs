using System.Text.RegularExpressions;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization;

/// <summary>
/// A byte pair encoding (BPE) tokenizer over bytes or characters. It has the seven markers, and bos, eos and padding tokens. Immutable and
/// thread-safe.
/// </summary>
public sealed class CodeTokenizer
{
    private readonly TokenizerDefinition definition;
    private readonly PieceEncoder encoder;
    private readonly TextSplitting splitting;
    private readonly Dictionary<string, int> addedIds;
    private readonly HashSet<int> specialIds;
    private readonly HashSet<string> specialTexts;
    private readonly string?[] tokens;

    private CodeTokenizer(TokenizerDefinition definition)
    {
        this.definition = definition;
        encoder = PieceEncoder.Create(definition);
        splitting = new TextSplitting(definition.AddedTokens, definition.Normalizers);
        addedIds = definition.AddedTokens.ToDictionary(token => token.Content, token => token.Id);
        specialIds = [.. definition.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)];
        specialTexts = [.. definition.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Content)];
        VocabularySize = Math.Max(definition.Vocabulary.Values.Max(), addedIds.Values.Max()) + 1;
        tokens = new string?[VocabularySize];
        foreach ((string token, int id) in definition.Vocabulary)
        {
            tokens[id] = token;
        }

        foreach (AddedToken token in definition.AddedTokens)
        {
            tokens[token.Id] = TextSplitting.FormOf(token, definition.Normalizers);
        }

        BosTokenId = IdOf(definition.Bos);
        EosTokenId = IdOf(definition.Eos);
        PadTokenId = IdOf(definition.Pad);
        MarkerIds = new MarkerIds(
            IdOf(Markers.User),
            IdOf(Markers.Assistant),
            IdOf(Markers.Text),
            IdOf(Markers.Code),
            IdOf(Markers.Execution),
            IdOf(Markers.EndOfBlock),
            IdOf(Markers.EndOfMessage)
        );
    }

    /// <summary>The largest id plus 1. A model's embedding must have at least this many rows.</summary>
    public int VocabularySize { get; }

    /// <summary>Id of the token that begins a sequence; <see cref="EosTokenId"/> if the tokenizer's files name no bos.</summary>
    public int BosTokenId { get; }

    /// <summary>Whether the tokenizer's files name a bos. If not, none is saved either.</summary>
    public bool HasBosToken => definition.HasBosToken;

    /// <summary>Id of the token that ends a sequence.</summary>
    public int EosTokenId { get; }

    /// <summary>Id of the padding token; <see cref="EosTokenId"/> if the tokenizer's files name none.</summary>
    public int PadTokenId { get; }

    /// <summary>Whether the tokenizer's files name a padding token. If not, none is saved either.</summary>
    public bool HasPadToken => definition.HasPadToken;

    /// <summary>Whether the files ask for bos before a text. Samples always have it (paper section 3.1).</summary>
    internal bool AddsBos => definition.AddsBos;

    /// <summary>Whether the files ask for eos after a text. Samples always have it.</summary>
    internal bool AddsEos => definition.AddsEos;

    /// <summary>What the files say, for other formats of the same tokenizer.</summary>
    internal TokenizerDefinition Definition => definition;

    /// <summary>Ids of the seven markers.</summary>
    internal MarkerIds MarkerIds { get; }

    /// <summary>
    /// The markers that the loaded files didn't have, in the order of their ids. They got the ids after the largest one of the files, so a
    /// model's embedding may need more rows for them.
    /// </summary>
    public IReadOnlyList<string> AppendedMarkers => definition.AppendedMarkers;

    /// <summary>
    /// Creates a tokenizer without merges, for models trained from scratch. Ids 0 to 255 are the bytes of UTF-8, 256 to 262 the markers in
    /// the order of <see cref="Markers.All"/>, 263 is bos, 264 eos and 265 the padding token.
    /// </summary>
    /// <returns>The tokenizer.</returns>
    public static CodeTokenizer CreateByteLevel() => new(ByteLevelVocabulary.Create());

    /// <summary>
    /// Learns a byte-level BPE tokenizer, for models trained from scratch. Ids 0 to 255 are the bytes of UTF-8. The merges follow in the
    /// order learned, then the markers, bos, eos and the padding token. Text is split as GPT-2 splits it. The same texts give the same
    /// tokenizer.
    /// </summary>
    /// <param name="texts">The texts to learn from, such as the contents of the training samples' blocks; enumerated once.</param>
    /// <param name="vocabularySize">
    /// The largest vocabulary to learn, including special tokens; at least 266. It gets smaller if no pair of tokens occurs twice any more.
    /// </param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is below 266.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public static CodeTokenizer TrainByteLevel(IEnumerable<string> texts, int vocabularySize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, ByteLevelVocabulary.SmallestSize);
        return new CodeTokenizer(ByteLevelVocabulary.Train(texts, vocabularySize, cancellationToken));
    }

    /// <summary>
    /// Loads a Hugging Face BPE tokenizer from <c>tokenizer.json</c>; without that file from <c>tokenizer.model</c> (SentencePiece), or
    /// from <c>vocab.json</c> and <c>merges.txt</c>. Also reads <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> if the
    /// folder has them.
    /// </summary>
    /// <param name="directory">The folder that holds the files.</param>
    /// <returns>The tokenizer. Markers that the files don't have are appended (see <see cref="AppendedMarkers"/>).</returns>
    /// <exception cref="DataFormatException">A file is broken, or asks for something that isn't supported.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    public static CodeTokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Create(TokenizerFiles.Load(directory));
    }

    /// <summary>Makes a tokenizer from the contents of files that were converted from another format.</summary>
    /// <param name="path">The file that they were converted from, for errors.</param>
    /// <param name="tokenizer">The content of <c>tokenizer.json</c>.</param>
    /// <param name="config">The content of <c>tokenizer_config.json</c>.</param>
    /// <exception cref="DataFormatException">They are broken, or ask for something that isn't supported.</exception>
    internal static CodeTokenizer Parse(string path, byte[] tokenizer, TokenizerConfig config) =>
        Create(TokenizerFiles.Parse(path, tokenizer, config));

    /// <summary>
    /// Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, which Hugging Face's libraries load.
    /// Also writes <c>chat_template.jinja</c>, which renders the training format. It replaces the template that the loaded files had.
    /// </summary>
    /// <param name="directory">The folder; created if it doesn't exist. Files of the same names are replaced.</param>
    /// <exception cref="IOException">A file can't be written.</exception>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TokenizerFiles.Save(directory, definition);
    }

    /// <summary>Encodes ordinary text. Text that looks like a marker or another special token is encoded as text, too.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its ids, without bos and eos.</returns>
    /// <exception cref="SampleFormatException">
    /// The text holds half of a surrogate pair, or the tokenizer's split expression takes more than half a minute on it.
    /// </exception>
    public int[] EncodeText(string text)
    {
        List<int> ids = [];
        EncodeText(text, ids);
        return [.. ids];
    }

    /// <summary>Encodes ordinary text and appends the ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">
    /// The ids are appended here. If the list isn't empty, the text counts as the continuation of an input. Then a tokenizer that marks
    /// only the first word of an input (<c>Metaspace</c> with <c>prepend_scheme</c> <c>first</c>) doesn't mark the text's first word.
    /// </param>
    /// <exception cref="SampleFormatException">
    /// The text holds half of a surrogate pair, or the tokenizer's split expression takes more than half a minute on it.
    /// </exception>
    internal void EncodeText(string text, List<int> ids) => Encode(text, specialTokens: false, ids);

    /// <summary>
    /// Encodes text, and turns the text of a marker or another special token into that token, as Hugging Face's library does. For text that
    /// was rendered with markers; don't use it for text from outside, which could contain markers.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>Its ids, without bos and eos.</returns>
    /// <exception cref="SampleFormatException">
    /// The text holds half of a surrogate pair, or the tokenizer's split expression takes more than half a minute on it.
    /// </exception>
    public int[] EncodeWithSpecialTokens(string text)
    {
        List<int> ids = [];
        Encode(text, specialTokens: true, ids);
        return [.. ids];
    }

    /// <summary>Decodes ids to text as Hugging Face's library does. Bytes that aren't valid UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids; ids outside the vocabulary are skipped.</param>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and other special tokens are left out. The default value is false.</param>
    /// <returns>The text.</returns>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        IncrementalDecoder decoder = CreateDecoder(skipSpecialTokens);
        foreach (int id in ids)
        {
            decoder.Accept(id);
        }

        return decoder.Finish();
    }

    /// <summary>Starts to decode a sequence id by id, as they are generated.</summary>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and other special tokens are left out. The default value is false.</param>
    /// <param name="context">
    /// The ids before the sequence, such as the prompt's; null for none. Their text isn't returned. They are needed because some tokenizers
    /// (Llama's) remove the space at the start of a text: with a context, the sequence isn't the start and keeps its space.
    /// </param>
    /// <returns>A decoder for one sequence.</returns>
    internal IncrementalDecoder CreateDecoder(bool skipSpecialTokens = false, IEnumerable<int>? context = null) =>
        new(this, skipSpecialTokens, context ?? []);

    /// <summary>Says whether an id is a marker, bos, eos or another special token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>True if it is; false for ordinary tokens and ids outside the vocabulary.</returns>
    public bool IsSpecial(int id) => specialIds.Contains(id);

    /// <summary>The steps that turn tokens into text, in order.</summary>
    internal IReadOnlyList<DecoderStep> Decoding => definition.Decoders;

    /// <summary>The token's text that is given to the decoder; null if the id has no token or is left out.</summary>
    /// <remarks>
    /// A special token may be searched for by a normalized form of its text. Then that form is decoded, and the token is never left out,
    /// because Hugging Face's library looks up the form among the texts of the special tokens and doesn't find it.
    /// </remarks>
    internal string? TokenOf(int id, bool skipSpecialTokens) =>
        (uint)id < (uint)tokens.Length && tokens[id] is string token && !(skipSpecialTokens && specialTexts.Contains(token)) ? token : null;

    private static CodeTokenizer Create(TokenizerDefinition loaded)
    {
        try
        {
            return new CodeTokenizer(loaded);
        }
        catch (NotSupportedException exception)
        {
            throw new DataFormatException(loaded.Path, $"not supported: {exception.Message}.", exception);
        }
    }

    private int IdOf(string token) => addedIds.TryGetValue(token, out int id) ? id : definition.Vocabulary[token];

    private void Encode(string text, bool specialTokens, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ids);
        CheckSurrogates(text);
        bool starts = ids.Count == 0;
        try
        {
            splitting.Split(text, specialTokens, ids, (piece, first) => encoder.Encode(piece, starts && first, ids));
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new SampleFormatException(
                $"The split expression '{exception.Pattern}' ran for more than {exception.MatchTimeout.TotalSeconds} seconds over a text.",
                innerException: exception
            );
        }
    }

    private static void CheckSurrogates(string text)
    {
        for (int i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                throw new SampleFormatException(
                    $"The text holds half of a surrogate pair (U+{(int)text[i]:X4} at index {i}), which UTF-8 can't encode."
                );
            }
        }
    }
}
