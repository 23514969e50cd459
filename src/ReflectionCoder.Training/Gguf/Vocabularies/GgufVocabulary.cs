using ReflectionCoder.Gguf.Format;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>What becomes of a token in a text. The values are those of the format.</summary>
internal enum GgufTokenType
{
    /// <summary>Ordinary text.</summary>
    Normal = 1,

    /// <summary>Stands for what has no token.</summary>
    Unknown = 2,

    /// <summary>A special token.</summary>
    Control = 3,

    /// <summary>Text that is always one token.</summary>
    UserDefined = 4,

    /// <summary>A row of the embeddings that belongs to no token.</summary>
    Unused = 5,

    /// <summary>Stands for a byte.</summary>
    Byte = 6,
}

/// <summary>A tokenizer as a file has it.</summary>
internal sealed record GgufVocabulary
{
    internal const string ModelKey = "tokenizer.ggml.model";
    internal const string PreKey = "tokenizer.ggml.pre";
    internal const string TokensKey = "tokenizer.ggml.tokens";
    internal const string TypesKey = "tokenizer.ggml.token_type";
    internal const string ScoresKey = "tokenizer.ggml.scores";
    internal const string MergesKey = "tokenizer.ggml.merges";
    internal const string BosKey = "tokenizer.ggml.bos_token_id";
    internal const string EosKey = "tokenizer.ggml.eos_token_id";
    internal const string PadKey = "tokenizer.ggml.padding_token_id";
    internal const string UnknownKey = "tokenizer.ggml.unknown_token_id";
    internal const string EndOfTurnKey = "tokenizer.ggml.eot_token_id";
    internal const string EndOfMessageKey = "tokenizer.ggml.eom_token_id";
    internal const string AddBosKey = "tokenizer.ggml.add_bos_token";
    internal const string AddEosKey = "tokenizer.ggml.add_eos_token";
    internal const string AddSpaceKey = "tokenizer.ggml.add_space_prefix";
    internal const string TemplateKey = "tokenizer.chat_template";

    /// <summary>Kind of a vocabulary of bytes.</summary>
    internal const string ByteLevel = "gpt2";

    /// <summary>Kind of a SentencePiece vocabulary.</summary>
    internal const string SentencePiece = "llama";

    /// <summary>The kind of vocabulary: <see cref="ByteLevel"/> or <see cref="SentencePiece"/>.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the way in which text is split.</summary>
    public required string Pre { get; init; }

    /// <summary>The tokens, one for each row of the embeddings.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>The tokens' types.</summary>
    public required IReadOnlyList<GgufTokenType> Types { get; init; }

    /// <summary>The merges of a vocabulary of bytes, in order.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary>The tokens' scores in a SentencePiece vocabulary; the best is merged first.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary>Whether a space is put before a text. Only in a SentencePiece vocabulary.</summary>
    public bool AddsSpace { get; init; }

    /// <summary>Id of the token that begins a text.</summary>
    public required int Bos { get; init; }

    /// <summary>Id of the token that ends a text.</summary>
    public required int Eos { get; init; }

    /// <summary>Id of the padding token; null for none.</summary>
    public int? Pad { get; init; }

    /// <summary>Id of the unknown token; null for none.</summary>
    public int? Unknown { get; init; }

    /// <summary>Ids of the markers that end a message and a block; null for a model without markers.</summary>
    public (int Message, int Block)? Ends { get; init; }

    /// <summary>Whether the runtime puts bos before a prompt.</summary>
    public required bool AddsBos { get; init; }

    /// <summary>Whether the runtime puts eos after a prompt.</summary>
    public required bool AddsEos { get; init; }

    /// <summary>The chat template; null for none.</summary>
    public string? Template { get; init; }

    /// <summary>Adds the vocabulary's keys.</summary>
    internal void AddTo(GgufKeys keys)
    {
        keys.Add(ModelKey, Model);
        keys.Add(PreKey, Pre);
        keys.Add(TokensKey, Tokens);
        keys.Add(TypesKey, [.. Types.Select(type => (int)type)]);
        if (Model == ByteLevel)
        {
            keys.Add(MergesKey, Merges);
        }
        else
        {
            keys.Add(ScoresKey, Scores);
            keys.Add(AddSpaceKey, AddsSpace);
        }

        keys.Add(BosKey, (uint)Bos);
        keys.Add(EosKey, (uint)Eos);
        foreach ((string key, int? id) in ((string, int?)[])[(PadKey, Pad), (UnknownKey, Unknown)])
        {
            if (id is { } given)
            {
                keys.Add(key, (uint)given);
            }
        }

        if (Ends is { } ends)
        {
            // The runtime's generation stops at either. Our own one-off answer is a block, so it stops there, too.
            keys.Add(EndOfTurnKey, (uint)ends.Message);
            keys.Add(EndOfMessageKey, (uint)ends.Block);
        }

        keys.Add(AddBosKey, AddsBos);
        keys.Add(AddEosKey, AddsEos);
        if (Template is not null)
        {
            keys.Add(TemplateKey, Template);
        }
    }
}
