using System.Text.RegularExpressions;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.BytePairs;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization;

/// <summary>A byte pair tokenizer, of bytes or of characters, with the seven markers, bos, eos and pad. Thread-safe.</summary>
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

    /// <summary>One past the largest id: the fewest rows that a model's embedding must have.</summary>
    public int VocabularySize { get; }

    /// <summary>Id of the token in front of a sequence; where the files name none, <see cref="EosTokenId"/>.</summary>
    public int BosTokenId { get; }

    /// <summary>Whether the files name a bos, which is then saved as one.</summary>
    public bool HasBosToken => definition.HasBosToken;

    /// <summary>Id of the token behind a sequence.</summary>
    public int EosTokenId { get; }

    /// <summary>Id of the padding token; where the files name none, <see cref="EosTokenId"/>.</summary>
    public int PadTokenId { get; }

    /// <summary>Whether the files name a padding token, which is then saved as one.</summary>
    public bool HasPadToken => definition.HasPadToken;

    /// <summary>Whether the files ask for bos before a text. Samples have it in any case (paper section 3.1).</summary>
    internal bool AddsBos => definition.AddsBos;

    /// <summary>Whether the files ask for eos behind a text. Samples have it in any case.</summary>
    internal bool AddsEos => definition.AddsEos;

    /// <summary>Ids of the seven markers.</summary>
    internal MarkerIds MarkerIds { get; }

    /// <summary>
    /// Markers that the loaded files lacked, in id order: they got the ids after the largest, and a model needs rows for them.
    /// </summary>
    public IReadOnlyList<string> AppendedMarkers => definition.AppendedMarkers;

    /// <summary>
    /// A tokenizer for models trained from scratch: ids 0 to 255 are UTF-8 bytes, then the markers in the order of
    /// <see cref="Markers.All"/> (256 to 262), bos 263, eos 264, pad 265.
    /// </summary>
    /// <returns>The tokenizer.</returns>
    public static CodeTokenizer CreateByteLevel() => new(ByteLevelVocabulary.Create());

    /// <summary>
    /// Learns a byte-level BPE tokenizer for models trained from scratch: ids 0 to 255 are UTF-8 bytes, then the merges in the order
    /// learned, then the markers, bos, eos and pad. Text is split as GPT-2 splits it. The same texts give the same tokenizer.
    /// </summary>
    /// <param name="texts">What to learn from, such as the contents of the training samples' blocks.</param>
    /// <param name="vocabularySize">
    /// Most ids, special tokens included, at least 266; fewer where no pair of tokens occurs twice any more.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> is below 266.</exception>
    public static CodeTokenizer TrainByteLevel(IEnumerable<string> texts, int vocabularySize, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, ByteLevelVocabulary.SmallestSize);
        return new CodeTokenizer(ByteLevelVocabulary.Train(texts, vocabularySize, cancellationToken));
    }

    /// <summary>
    /// Loads a Hugging Face BPE tokenizer: <c>tokenizer.json</c>, or else <c>tokenizer.model</c> (SentencePiece), or else <c>vocab.json</c>
    /// and <c>merges.txt</c>; with <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> where they are beside it.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <returns>The tokenizer; markers that it lacks are appended (see <see cref="AppendedMarkers"/>).</returns>
    /// <exception cref="DataFormatException">A file is broken, or asks for something that isn't supported.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static CodeTokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TokenizerDefinition loaded = TokenizerFiles.Load(directory);
        try
        {
            return new CodeTokenizer(loaded);
        }
        catch (NotSupportedException exception)
        {
            throw new DataFormatException(loaded.Path, $"not supported: {exception.Message}.", exception);
        }
    }

    /// <summary>
    /// Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, which Hugging Face's libraries load,
    /// and <c>chat_template.jinja</c>: the training format, in the place of the template that the files had.
    /// </summary>
    /// <param name="directory">The folder; made if it doesn't exist.</param>
    /// <exception cref="IOException">A file can't be written.</exception>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TokenizerFiles.Save(directory, definition);
    }

    /// <summary>Encodes ordinary text. Text that looks like a marker or another special token stays text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its ids, without bos and eos.</returns>
    /// <exception cref="SampleFormatException">The text holds half of a surrogate pair.</exception>
    public int[] EncodeText(string text)
    {
        List<int> ids = [];
        EncodeText(text, ids);
        return [.. ids];
    }

    /// <summary>Encodes ordinary text and appends the ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">
    /// Where the ids go. Where they are not empty, the text counts as one that goes on: a tokenizer that marks the first word of an input
    /// alone (<c>Metaspace</c> with <c>prepend_scheme</c> <c>first</c>) does not mark its first word.
    /// </param>
    /// <exception cref="SampleFormatException">The text holds half of a surrogate pair.</exception>
    internal void EncodeText(string text, List<int> ids) => Encode(text, specialTokens: false, ids);

    /// <summary>Encodes text in which every special token's text, wherever it occurs, becomes that token: Hugging Face's way.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its ids, without bos and eos.</returns>
    /// <exception cref="SampleFormatException">The text holds half of a surrogate pair.</exception>
    public int[] EncodeWithSpecialTokens(string text)
    {
        List<int> ids = [];
        Encode(text, specialTokens: true, ids);
        return [.. ids];
    }

    /// <summary>Decodes ids as Hugging Face's library does. Bytes that form no character become U+FFFD.</summary>
    /// <param name="ids">Ids; those outside the vocabulary stand for nothing.</param>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and the like are left out. The default value is false.</param>
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

    /// <summary>Starts decoding ids one by one, as generation brings them.</summary>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and the like are left out. The default value is false.</param>
    /// <param name="context">
    /// Ids that come before, such as the prompt's: their text is not given again, but what follows keeps the space that a tokenizer takes
    /// off the beginning of a text (Llama's does). Null for none.
    /// </param>
    /// <returns>A decoder for one sequence.</returns>
    internal IncrementalDecoder CreateDecoder(bool skipSpecialTokens = false, IEnumerable<int>? context = null) =>
        new(this, skipSpecialTokens, context ?? []);

    /// <summary>Whether an id is a marker, bos, eos or another special token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>True when it is.</returns>
    public bool IsSpecial(int id) => specialIds.Contains(id);

    /// <summary>The steps from tokens to text.</summary>
    internal IReadOnlyList<DecoderStep> Decoding => definition.Decoders;

    /// <summary>The token that an id decodes from; null when it stands for nothing.</summary>
    /// <remarks>
    /// A special token that is found by a normalized form other than its text decodes from that form, and is never left out: Hugging Face's
    /// library compares the form with the special tokens' texts.
    /// </remarks>
    internal string? TokenOf(int id, bool skipSpecialTokens) =>
        (uint)id < (uint)tokens.Length && tokens[id] is string token && !(skipSpecialTokens && specialTexts.Contains(token)) ? token : null;

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
