using System.Text;

namespace ReflectionCoder.Tokenization;

/// <summary>What kind of piece a SentencePiece piece is; the values are the file format's.</summary>
internal enum PieceType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what has no piece.</summary>
    Unknown = 2,

    /// <summary>Steers the model, such as bos.</summary>
    Control = 3,

    /// <summary>Text that is always one piece.</summary>
    UserDefined = 4,

    /// <summary>Never used.</summary>
    Unused = 5,

    /// <summary>A byte.</summary>
    Byte = 6,
}

/// <summary>A SentencePiece file (<c>tokenizer.model</c>), as far as byte pair encoding needs it.</summary>
internal sealed record SentencePieceModel
{
    private const int BytePairEncoding = 2;

    /// <summary>The pieces; the index is the id.</summary>
    public required IReadOnlyList<(string Text, float Score, PieceType Type)> Pieces { get; init; }

    /// <summary>Whether text gets a word start put before it.</summary>
    public required bool AddsDummyPrefix { get; init; }

    /// <summary>Whether characters out of vocabulary become bytes.</summary>
    public required bool ByteFallback { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="TokenizerFormatException">It is broken, or asks for something that isn't supported.</exception>
    public static SentencePieceModel Load(string path)
    {
        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is FormatException and not TokenizerFormatException or DecoderFallbackException)
        {
            throw new TokenizerFormatException(path, $"not a SentencePiece model: {exception.Message}.", exception);
        }
    }

    private static SentencePieceModel Parse(string path, byte[] content)
    {
        List<(string, float, PieceType)> pieces = [];
        int type = 1;
        bool dummyPrefix = true;
        bool escapes = true;
        bool removesSpaces = true;
        bool fallback = false;
        ProtobufReader model = new(content);
        while (model.Read())
        {
            ProtobufReader part = new(model.Bytes);
            switch (model.Field)
            {
                case 1:
                    pieces.Add(ReadPiece(part));
                    break;
                case 2:
                    while (part.Read())
                    {
                        type = part.Field == 3 ? (int)part.Number : type;
                        fallback = part.Field == 35 ? part.Number != 0 : fallback;
                        Require(part.Field != 24 || part.Number == 0, "treat_whitespace_as_suffix");
                    }

                    break;
                case 3:
                    while (part.Read())
                    {
                        dummyPrefix = part.Field == 3 ? part.Number != 0 : dummyPrefix;
                        removesSpaces = part.Field == 4 ? part.Number != 0 : removesSpaces;
                        escapes = part.Field == 5 ? part.Number != 0 : escapes;
                        Require(part.Field != 2 || part.Bytes.IsEmpty, "a normalization map (precompiled_charsmap)");
                    }

                    break;
                default:
                    break;
            }
        }

        Require(pieces.Count > 0, "a model without pieces");
        Require(pieces.Count <= TokenizerFiles.LargestId, $"more than {TokenizerFiles.LargestId} pieces");
        Require(type == BytePairEncoding, $"model type {type}; expected 2, byte pair encoding");
        Require(!removesSpaces, "remove_extra_whitespaces");
        Require(escapes, "spaces that aren't escaped (escape_whitespaces)");
        return new SentencePieceModel { Pieces = pieces, AddsDummyPrefix = dummyPrefix, ByteFallback = fallback };

        void Require(bool condition, string what)
        {
            if (!condition)
            {
                throw new TokenizerFormatException(path, $"not supported: {what}.");
            }
        }
    }

    private static (string Text, float Score, PieceType Type) ReadPiece(ProtobufReader part)
    {
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        string text = string.Empty;
        float score = 0;
        PieceType type = PieceType.Normal;
        while (part.Read())
        {
            text = part.Field == 1 ? strict.GetString(part.Bytes) : text;
            score = part.Field == 2 ? part.Float : score;
            type = part.Field == 3 ? (PieceType)part.Number : type;
        }

        return Enum.IsDefined(type) && text.Length > 0 ? (text, score, type) : throw new FormatException($"the piece '{text}' has the type {(long)type}");
    }
}
