using System.Globalization;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>Lists the tokens of a tokenizer by id, with what becomes of each.</summary>
internal static class TokenTable
{
    /// <summary>A token for each row. Rows without one get names that no token has.</summary>
    /// <param name="definition">The tokenizer.</param>
    /// <param name="added">Its added tokens, without those that don't belong to the model.</param>
    /// <param name="rows">Number of rows.</param>
    /// <exception cref="DataFormatException">A token has no row, or stands twice.</exception>
    internal static (string[] Tokens, GgufTokenType[] Types) Build(
        TokenizerDefinition definition,
        IReadOnlyCollection<AddedToken> added,
        int rows
    )
    {
        var tokens = new string[rows];
        var types = new GgufTokenType[rows];
        Array.Fill(types, GgufTokenType.Unused);
        HashSet<string> texts = new(StringComparer.Ordinal);
        foreach ((string token, int id) in definition.Vocabulary)
        {
            Set(id, token, TypeOf(definition, token));
        }

        foreach (AddedToken token in added)
        {
            bool known = definition.Vocabulary.TryGetValue(token.Content, out int id) && id == token.Id;
            if (known && types[id] == GgufTokenType.Unknown)
            {
                continue;
            }

            GgufTokenType type = token.IsSpecial ? GgufTokenType.Control : GgufTokenType.UserDefined;
            if (known)
            {
                types[id] = type;
            }
            else
            {
                Set(token.Id, token.Content, type);
            }
        }

        for (int id = 0; id < rows; id++)
        {
            for (string name = string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]"); (string?)tokens[id] is null; name = $"[{name}]")
            {
                if (texts.Add(name))
                {
                    tokens[id] = name;
                }
            }
        }

        return (tokens, types);

        void Set(int id, string token, GgufTokenType type)
        {
            if (id >= rows)
            {
                throw Refuse(definition, "model.vocab", $"the token '{token}' has id {id}, but the model's embeddings have {rows} rows.");
            }

            // The runtime reads texts of C, so this one would become another, and it would stand there twice if that exists.
            if (token.Contains('\0', StringComparison.Ordinal))
            {
                throw Refuse(definition, "model.vocab", $"the token with id {id} holds a null character, at which llama.cpp ends texts.");
            }

            // The runtime ends the process where a text stands twice.
            if (!texts.Add(token))
            {
                throw Refuse(definition, "model.vocab", $"the token '{token}' stands there twice, the second time with id {id}.");
            }

            (tokens[id], types[id]) = (token, type);
        }
    }

    private static GgufTokenType TypeOf(TokenizerDefinition definition, string token) =>
        definition.IsByteLevel ? GgufTokenType.Normal
        : SentencePieceScores.IsByte(token) ? GgufTokenType.Byte
        : token == definition.UnknownToken ? GgufTokenType.Unknown
        : GgufTokenType.Normal;

    /// <summary>An error that names the tokenizer's file.</summary>
    internal static DataFormatException Refuse(TokenizerDefinition definition, string field, string problem) =>
        new(definition.Path.Length > 0 ? definition.Path : "tokenizer", field, problem);
}
