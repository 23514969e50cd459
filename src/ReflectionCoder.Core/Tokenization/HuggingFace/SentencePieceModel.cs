using System.Text;
using Google.Protobuf;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>The type of a SentencePiece piece. The values are those of the file format.</summary>
internal enum PieceType
{
    /// <summary>Ordinary text.</summary>
    Normal = 1,

    /// <summary>Stands for characters that have no piece.</summary>
    Unknown = 2,

    /// <summary>A control token, such as bos.</summary>
    Control = 3,

    /// <summary>Text that is always one piece.</summary>
    UserDefined = 4,

    /// <summary>A piece that isn't used.</summary>
    Unused = 5,

    /// <summary>Stands for a byte.</summary>
    Byte = 6,
}

/// <summary>The content of a SentencePiece file (<c>tokenizer.model</c>) that byte pair encoding needs.</summary>
internal sealed record SentencePieceModel
{
    private const int BytePairEncoding = 2;

    /// <summary>The pieces. The index of a piece is its id.</summary>
    public required IReadOnlyList<(string Text, float Score, PieceType Type)> Pieces { get; init; }

    /// <summary>Whether a word-start character is put before a text.</summary>
    public required bool AddsDummyPrefix { get; init; }

    /// <summary>Whether characters that have no piece become bytes.</summary>
    public required bool ByteFallback { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">The file is broken, or asks for something that isn't supported.</exception>
    public static SentencePieceModel Load(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        try
        {
            return Parse(path, content);
        }
        catch (Exception exception)
            when (exception is FormatException and not DataFormatException or InvalidProtocolBufferException or DecoderFallbackException)
        {
            throw new DataFormatException(path, $"not a SentencePiece model: {exception.Message.TrimEnd('.')}.", exception);
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
        ReadFields(
            new CodedInputStream(content),
            (model, tag) =>
            {
                switch (tag)
                {
                    case Tag.Pieces:
                        pieces.Add(ReadPiece(model.ReadBytes().CreateCodedInput()));
                        return true;
                    case Tag.TrainerSpec:
                        ReadFields(model.ReadBytes().CreateCodedInput(), ReadTrainerSpec);
                        return true;
                    case Tag.NormalizerSpec:
                        ReadFields(model.ReadBytes().CreateCodedInput(), ReadNormalizerSpec);
                        return true;
                    default:
                        return false;
                }
            }
        );

        Require(pieces.Count > 0, "a model without pieces");
        Require(pieces.Count <= TokenizerFiles.LargestId, $"more than {TokenizerFiles.LargestId} pieces");
        Require(type == BytePairEncoding, $"model type {type}; expected 2, byte pair encoding");
        Require(!removesSpaces, "remove_extra_whitespaces");
        Require(escapes, "spaces that aren't escaped (escape_whitespaces)");
        return new SentencePieceModel
        {
            Pieces = pieces,
            AddsDummyPrefix = dummyPrefix,
            ByteFallback = fallback,
        };

        bool ReadTrainerSpec(CodedInputStream spec, uint tag)
        {
            switch (tag)
            {
                case Tag.ModelType:
                    type = spec.ReadEnum();
                    return true;
                case Tag.ByteFallback:
                    fallback = spec.ReadBool();
                    return true;
                case Tag.TreatWhitespaceAsSuffix:
                    Require(!spec.ReadBool(), "treat_whitespace_as_suffix");
                    return true;
                default:
                    return false;
            }
        }

        bool ReadNormalizerSpec(CodedInputStream spec, uint tag)
        {
            switch (tag)
            {
                case Tag.PrecompiledCharsmap:
                    Require(spec.ReadBytes().IsEmpty, "a normalization map (precompiled_charsmap)");
                    return true;
                case Tag.AddDummyPrefix:
                    dummyPrefix = spec.ReadBool();
                    return true;
                case Tag.RemoveExtraWhitespaces:
                    removesSpaces = spec.ReadBool();
                    return true;
                case Tag.EscapeWhitespaces:
                    escapes = spec.ReadBool();
                    return true;
                default:
                    return false;
            }
        }

        void Require(bool condition, string what)
        {
            if (!condition)
            {
                throw new DataFormatException(path, $"not supported: {what}.");
            }
        }
    }

    private static (string Text, float Score, PieceType Type) ReadPiece(CodedInputStream message)
    {
        // The stream's ReadString would put U+FFFD for invalid bytes.
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        string text = string.Empty;
        float score = 0;
        PieceType type = PieceType.Normal;
        ReadFields(
            message,
            (part, tag) =>
            {
                switch (tag)
                {
                    case Tag.PieceText:
                        text = strict.GetString(part.ReadBytes().Span);
                        return true;
                    case Tag.PieceScore:
                        score = part.ReadFloat();
                        return true;
                    case Tag.PieceKind:
                        type = (PieceType)part.ReadEnum();
                        return true;
                    default:
                        return false;
                }
            }
        );
        return Enum.IsDefined(type) && text.Length > 0
            ? (text, score, type)
            : throw new FormatException($"the piece '{text}' has the type {(long)type}");
    }

    /// <summary>Reads the fields of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="read">Reads the value of a tag; returns false for a field that isn't needed, which is then skipped.</param>
    private static void ReadFields(CodedInputStream message, Func<CodedInputStream, uint, bool> read)
    {
        for (uint tag = message.ReadTag(); tag != 0; tag = message.ReadTag())
        {
            if (read(message, tag))
            {
                continue;
            }

            // Wire types above 5 don't exist, so the file is broken. The stream would skip only the tag, without an error.
            if ((tag & 7) > 5)
            {
                throw new FormatException($"field {tag >> 3} has the unknown wire type {tag & 7}");
            }

            message.SkipLastField();
        }
    }

    /// <summary>
    /// Tags of fields in sentencepiece_model.proto: the field's number and its wire type (0 is a number, 2 bytes, 5 a float).
    /// </summary>
    private static class Tag
    {
        public const uint Pieces = (1 << 3) | 2;
        public const uint TrainerSpec = (2 << 3) | 2;
        public const uint NormalizerSpec = (3 << 3) | 2;
        public const uint PieceText = (1 << 3) | 2;
        public const uint PieceScore = (2 << 3) | 5;
        public const uint PieceKind = 3 << 3;
        public const uint ModelType = 3 << 3;
        public const uint TreatWhitespaceAsSuffix = 24 << 3;
        public const uint ByteFallback = 35 << 3;
        public const uint PrecompiledCharsmap = (2 << 3) | 2;
        public const uint AddDummyPrefix = 3 << 3;
        public const uint RemoveExtraWhitespaces = 4 << 3;
        public const uint EscapeWhitespaces = 5 << 3;
    }
}
