using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>
/// Parses one line of valid UTF-8. Whatever doesn't have the format becomes a <see cref="DataFormatException"/> that names the field.
/// </summary>
internal ref struct ConversationParser
{
    private readonly ReadOnlySpan<byte> line;
    private readonly string path;
    private readonly long lineNumber;
    private Utf8JsonReader reader;
    private int message = -1;
    private int block = -1;

    public ConversationParser(ReadOnlySpan<byte> line, string path, long lineNumber)
    {
        this.line = line;
        this.path = path;
        this.lineNumber = lineNumber;
        reader = new Utf8JsonReader(line);
    }

    public Conversation Parse()
    {
        try
        {
            reader.Read();
            Conversation conversation = ReadConversation();
            reader.Read();
            return conversation;
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(
                path,
                lineNumber,
                field: null,
                $"not one whole JSON object (byte {exception.BytePositionInLine + 1} of {line.Length}; is the line cut off?): "
                    + $"{exception.Message}",
                exception
            );
        }
    }

    private Conversation ReadConversation()
    {
        Expect(JsonTokenType.StartObject, null, "a JSON object");
        List<Message>? messages = null;
        SampleType? type = null;
        double? weight = null;
        SampleMetadata? metadata = null;
        while (NextField())
        {
            if (reader.ValueTextEquals("messages"u8))
            {
                Once(messages is null, "messages");
                messages = ReadMessages();
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                Once(type is null, "type");
                string name = ReadString("type");
                type = name switch
                {
                    "generation" => SampleType.Generation,
                    "reflection" => SampleType.Reflection,
                    _ => throw Error("type", $"'{name}' is no sample type; expected 'generation' or 'reflection'."),
                };
            }
            else if (reader.ValueTextEquals("weight"u8))
            {
                Once(weight is null, "weight");
                weight = ReadWeight();
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                Once(metadata is null, "metadata");
                metadata = SampleMetadataJson.Read(ref reader, path, lineNumber);
            }
            else
            {
                SkipValue();
            }
        }

        return new Conversation(
            messages ?? throw Error("messages", "missing; expected an array of messages."),
            type ?? throw Error("type", "missing; expected 'generation' or 'reflection'.")
        )
        {
            Weight = weight ?? 1,
            Metadata = metadata,
        };
    }

    /// <summary>Reads the weight; null where it is null, which counts as absent.</summary>
    private double? ReadWeight()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        const string Expected = "a finite number of 0 or more";
        Expect(JsonTokenType.Number, "weight", Expected);
        return reader.TryGetDouble(out double weight) && double.IsFinite(weight) && weight >= 0
            ? weight
            : throw Error("weight", $"{Encoding.UTF8.GetString(reader.ValueSpan)}; expected {Expected}.");
    }

    private List<Message> ReadMessages()
    {
        reader.Read();
        Expect(JsonTokenType.StartArray, "messages", "an array of messages");
        List<Message> messages = [];
        for (message = 0; NextItem(); message++)
        {
            messages.Add(ReadMessage());
        }

        message = -1;
        return messages.Count > 0 ? messages : throw Error("messages", "empty; expected at least one message.");
    }

    private Message ReadMessage()
    {
        Expect(JsonTokenType.StartObject, null, "a message object");
        MessageRole? role = null;
        List<Block>? content = null;
        while (NextField())
        {
            if (reader.ValueTextEquals("role"u8))
            {
                Once(role is null, "role");
                string name = ReadString("role");
                role = name switch
                {
                    "user" => MessageRole.User,
                    "assistant" => MessageRole.Assistant,
                    _ => throw Error("role", $"'{name}' is no role; expected 'user' or 'assistant'."),
                };
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                Once(content is null, "content");
                content = ReadBlocks();
            }
            else
            {
                SkipValue();
            }
        }

        return new Message(
            role ?? throw Error("role", "missing; expected 'user' or 'assistant'."),
            content ?? throw Error("content", "missing; expected an array of blocks.")
        );
    }

    private List<Block> ReadBlocks()
    {
        reader.Read();
        Expect(JsonTokenType.StartArray, "content", "an array of blocks");
        List<Block> blocks = [];
        for (block = 0; NextItem(); block++)
        {
            blocks.Add(ReadBlock());
        }

        block = -1;
        return blocks;
    }

    private Block ReadBlock()
    {
        Expect(JsonTokenType.StartObject, null, "a block object");
        BlockType? type = null;
        string? content = null;
        while (NextField())
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Once(type is null, "type");
                string name = ReadString("type");
                type = name switch
                {
                    "text" => BlockType.Text,
                    "code" => BlockType.Code,
                    "execution" => BlockType.Execution,
                    _ => throw Error("type", $"'{name}' is no block type; expected 'text', 'code' or 'execution'."),
                };
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                Once(content is null, "content");
                content = ReadString("content");
            }
            else
            {
                SkipValue();
            }
        }

        return new Block(
            type ?? throw Error("type", "missing; expected 'text', 'code' or 'execution'."),
            content ?? throw Error("content", "missing; expected a string.")
        );
    }

    /// <summary>Moves to the name of the next field; false at the end of the object.</summary>
    private bool NextField()
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Moves to the next item; false at the end of the array.</summary>
    private bool NextItem()
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    private void SkipValue()
    {
        reader.Read();
        reader.Skip();
    }

    private string ReadString(string field)
    {
        reader.Read();
        Expect(JsonTokenType.String, field, "a string");
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // The reader decodes escapes only now. UTF-8 was checked before, so the cause can only be an escaped half of a surrogate pair.
            throw new DataFormatException(
                path,
                lineNumber,
                FieldPath(field),
                "the string escapes one half of a surrogate pair; expected whole characters.",
                exception
            );
        }
    }

    private readonly void Expect(JsonTokenType type, string? field, string what)
    {
        if (reader.TokenType != type)
        {
            throw Error(field, $"{Kind(reader.TokenType)} where {what} was expected.");
        }
    }

    private readonly void Once(bool first, string field)
    {
        if (!first)
        {
            throw Error(field, "given twice.");
        }
    }

    private readonly DataFormatException Error(string? field, string problem) => new(path, lineNumber, FieldPath(field), problem);

    private readonly string? FieldPath(string? field)
    {
        string? owner =
            message < 0 ? null
            : block < 0 ? $"messages[{message}]"
            : $"messages[{message}].content[{block}]";
        return owner is null ? field
            : field is null ? owner
            : $"{owner}.{field}";
    }

    private static string Kind(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "a boolean",
            _ => "null",
        };
}
