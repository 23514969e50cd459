using System.Text;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization;

/// <summary>A byte-level tokenizer with the seven markers, bos, eos and pad. Thread-safe.</summary>
public sealed class CodeTokenizer
{
    private readonly TokenizerDefinition definition;
    private readonly Tokenizer model;
    private readonly Dictionary<string, int> addedIds;
    private readonly HashSet<int> specialIds;
    private readonly byte[]?[] tokenBytes;
    private readonly TextSplitting everything;
    private readonly TextSplitting textOnly;

    private CodeTokenizer(TokenizerDefinition definition)
    {
        this.definition = definition;
        model = BpeTokenizer.Create(new BpeOptions(definition.Vocabulary)
        {
            Merges = definition.Merges,
            ByteLevel = true,
            PreTokenizer = new SplitSteps(definition.SplitPatterns),
        });
        addedIds = definition.AddedTokens.ToDictionary(token => token.Content, token => token.Id);
        specialIds = [.. definition.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)];
        everything = new TextSplitting(definition.AddedTokens);
        textOnly = new TextSplitting([.. definition.AddedTokens.Where(token => !token.IsSpecial)]);
        VocabularySize = Math.Max(definition.Vocabulary.Values.Max(), addedIds.Values.Max()) + 1;
        tokenBytes = new byte[]?[VocabularySize];
        foreach ((string token, int id) in definition.Vocabulary.Concat(addedIds))
        {
            tokenBytes[id] = ByteCharacters.Decode(token) ?? Encoding.UTF8.GetBytes(token);
        }

        BosId = IdOf(definition.Bos);
        EosId = IdOf(definition.Eos);
        PadId = IdOf(definition.Pad);
        MarkerIds = new MarkerIds(
            IdOf(Markers.User),
            IdOf(Markers.Assistant),
            IdOf(Markers.Text),
            IdOf(Markers.Code),
            IdOf(Markers.Execution),
            IdOf(Markers.EndOfBlock),
            IdOf(Markers.EndOfMessage));
    }

    /// <summary>One past the largest id: the fewest rows that a model's embedding must have.</summary>
    public int VocabularySize { get; }

    /// <summary>Id of the token in front of a sequence; where the files name none, <see cref="EosId"/>.</summary>
    public int BosId { get; }

    /// <summary>Id of the token behind a sequence.</summary>
    public int EosId { get; }

    /// <summary>Id of the padding token; where the files name none, <see cref="EosId"/>.</summary>
    public int PadId { get; }

    /// <summary>Ids of the seven markers.</summary>
    public MarkerIds MarkerIds { get; }

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

    /// <summary>Loads a Hugging Face byte-level BPE tokenizer: <c>tokenizer.json</c> with <c>tokenizer_config.json</c> or <c>special_tokens_map.json</c> beside it.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>The tokenizer; markers that it lacks are appended (see <see cref="AppendedMarkers"/>).</returns>
    /// <exception cref="TokenizerFormatException">A file is broken, or asks for something that isn't supported.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static CodeTokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TokenizerDefinition loaded = TokenizerFiles.Load(directory);
        try
        {
            return new CodeTokenizer(loaded);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // A merge of tokens that the vocabulary lacks, or a duplicate.
            throw new TokenizerFormatException(Path.Combine(directory, TokenizerFiles.TokenizerName), exception.Message, exception);
        }
    }

    /// <summary>Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, which Hugging Face's libraries load.</summary>
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
    /// <param name="ids">Where the ids go.</param>
    /// <exception cref="SampleFormatException">The text holds half of a surrogate pair.</exception>
    public void EncodeText(string text, List<int> ids) => Encode(text, textOnly, ids);

    /// <summary>Encodes text in which every special token's text, wherever it occurs, becomes that token: Hugging Face's way.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its ids, without bos and eos.</returns>
    /// <exception cref="SampleFormatException">The text holds half of a surrogate pair.</exception>
    public int[] EncodeWithSpecialTokens(string text)
    {
        List<int> ids = [];
        Encode(text, everything, ids);
        return [.. ids];
    }

    /// <summary>Decodes ids. Bytes that form no character become U+FFFD.</summary>
    /// <param name="ids">Ids; those outside the vocabulary stand for nothing.</param>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and the like are left out. The default value is false.</param>
    /// <returns>The text.</returns>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using MemoryStream bytes = new();
        foreach (int id in ids)
        {
            bytes.Write(BytesOf(id, skipSpecialTokens));
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Starts decoding ids one by one, as generation brings them.</summary>
    /// <param name="skipSpecialTokens">Whether markers, bos, eos and the like are left out. The default value is false.</param>
    /// <returns>A decoder for one sequence.</returns>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = false) => new(this, skipSpecialTokens);

    /// <summary>Whether an id is a marker, bos, eos or another special token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>True when it is.</returns>
    public bool IsSpecial(int id) => specialIds.Contains(id);

    /// <summary>The bytes that a token stands for.</summary>
    internal ReadOnlySpan<byte> BytesOf(int id, bool skipSpecialTokens) =>
        (uint)id >= (uint)tokenBytes.Length || (skipSpecialTokens && specialIds.Contains(id)) ? [] : tokenBytes[id];

    private int IdOf(string token) => addedIds.TryGetValue(token, out int id) ? id : definition.Vocabulary[token];

    private void Encode(string text, TextSplitting splitting, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ids);
        CheckSurrogates(text);
        splitting.Split(text, definition.ComposesCharacters, ids, (piece, target) => target.AddRange(model.EncodeToIds(piece, considerNormalization: false)));
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
                throw new SampleFormatException($"The text holds half of a surrogate pair (U+{(int)text[i]:X4} at index {i}), which UTF-8 can't encode.");
            }
        }
    }
}
