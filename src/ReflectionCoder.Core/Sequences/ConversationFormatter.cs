using System.Buffers;
using System.Globalization;
using System.Text;

namespace ReflectionCoder.Sequences;

/// <summary>Writes a conversation as one JSON line, as Python's <c>json.dumps(..., ensure_ascii=False)</c> escapes it.</summary>
internal static class ConversationFormatter
{
    // What ensure_ascii=False escapes: the quote, the backslash and the control characters below U+0020.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
    );

    /// <summary>Appends the line and its line feed.</summary>
    /// <returns>Name of the field that holds half of a surrogate pair; null if there is none.</returns>
    public static string? Write(Conversation conversation, IBufferWriter<byte> output)
    {
        output.Write("{\"messages\": ["u8);
        for (int m = 0; m < conversation.Messages.Count; m++)
        {
            Message message = conversation.Messages[m];
            output.Write(m == 0 ? "{\"role\": \""u8 : ", {\"role\": \""u8);
            output.Write(NameOf(message.Role));
            output.Write("\", \"content\": ["u8);
            for (int b = 0; b < message.Content.Count; b++)
            {
                Block block = message.Content[b];
                output.Write(b == 0 ? "{\"type\": \""u8 : ", {\"type\": \""u8);
                output.Write(NameOf(block.Type));
                output.Write("\", \"content\": \""u8);
                if (!TryWriteString(block.Content, output))
                {
                    return $"messages[{m}].content[{b}].content";
                }

                output.Write("\"}"u8);
            }

            output.Write("]}"u8);
        }

        output.Write("], \"type\": \""u8);
        output.Write(NameOf(conversation.Type));
        output.Write("\""u8);
        if (conversation.Weight != 1)
        {
            output.Write(", \"weight\": "u8);
            WriteNumber(conversation.Weight, output);
        }

        if (conversation.Metadata is { } metadata)
        {
            output.Write(", \"metadata\": "u8);
            if (SampleMetadataJson.Write(metadata, output) is { } field)
            {
                return field;
            }
        }

        output.Write("}\n"u8);
        return null;
    }

    private static ReadOnlySpan<byte> NameOf(MessageRole role) => role == MessageRole.User ? "user"u8 : "assistant"u8;

    private static ReadOnlySpan<byte> NameOf(SampleType type) => type == SampleType.Generation ? "generation"u8 : "reflection"u8;

    private static ReadOnlySpan<byte> NameOf(BlockType type) =>
        type switch
        {
            BlockType.Text => "text"u8,
            BlockType.Code => "code"u8,
            _ => "execution"u8,
        };

    /// <summary>Writes a number so that it reads back as the same.</summary>
    public static void WriteNumber(double value, IBufferWriter<byte> output) =>
        output.Write(Encoding.ASCII.GetBytes(value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Writes a string's content, without its quotes; false if it holds half of a surrogate pair.</summary>
    public static bool TryWriteString(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAny(Escaped);
            plain = plain < 0 ? text.Length : plain;
            Span<byte> bytes = output.GetSpan(plain * 3);
            OperationStatus status = System.Text.Unicode.Utf8.FromUtf16(
                text[..plain],
                bytes,
                out _,
                out int written,
                replaceInvalidSequences: false
            );
            if (status != OperationStatus.Done)
            {
                return false;
            }

            output.Advance(written);
            if (plain < text.Length)
            {
                WriteEscape(text[plain], output);
                plain++;
            }

            text = text[plain..];
        }

        return true;
    }

    private static void WriteEscape(char character, IBufferWriter<byte> output)
    {
        switch (character)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            case '\b':
                output.Write("\\b"u8);
                break;
            case '\f':
                output.Write("\\f"u8);
                break;
            default:
                output.Write(Encoding.ASCII.GetBytes("\\u" + ((int)character).ToString("x4", CultureInfo.InvariantCulture)));
                break;
        }
    }
}
