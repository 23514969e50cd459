using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Tokenization;

/// <summary>A folder's Hugging Face tokenizer files.</summary>
internal static class TokenizerFiles
{
    public const string TokenizerName = "tokenizer.json";
    public const string ConfigName = "tokenizer_config.json";
    public const string SpecialTokensName = "special_tokens_map.json";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TokenizerDefinition Load(string directory)
    {
        string path = Path.Combine(directory, TokenizerName);
        byte[] bytes = File.ReadAllBytes(path);
        JsonObject config = ReadOptional(Path.Combine(directory, ConfigName));
        foreach ((string key, JsonNode? value) in ReadOptional(Path.Combine(directory, SpecialTokensName)))
        {
            if (config[key] is null)
            {
                config[key] = value?.DeepClone();
            }
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(path, "not a JSON document: " + exception.Message, exception);
        }

        using (document)
        {
            return new TokenizerJsonParser(path).Parse(document.RootElement, config, () => ParseObject(path, bytes));
        }
    }

    public static void Save(string directory, TokenizerDefinition definition)
    {
        Directory.CreateDirectory(directory);
        JsonObject tokenizer = definition.Source();
        JsonArray added = tokenizer["added_tokens"] as JsonArray ?? [];
        HashSet<int> known = [.. added.Select(token => (int)token!["id"]!)];
        foreach (AddedToken token in definition.AddedTokens.Where(token => !known.Contains(token.Id)).OrderBy(token => token.Id))
        {
            added.Add(ToJson(token));
        }

        tokenizer["added_tokens"] = added.Parent is null ? added : tokenizer["added_tokens"]!;
        JsonObject special = new()
        {
            ["bos_token"] = definition.Bos,
            ["eos_token"] = definition.Eos,
            ["pad_token"] = definition.Pad,
            ["additional_special_tokens"] = new JsonArray([.. AdditionalTokens(definition.Config).Union(Markers.All).Select(token => (JsonNode)token)]),
        };
        JsonObject config = (JsonObject)definition.Config.DeepClone();
        foreach ((string key, JsonNode? value) in special)
        {
            config[key] = value!.DeepClone();
        }

        Write(Path.Combine(directory, TokenizerName), tokenizer);
        Write(Path.Combine(directory, ConfigName), config);
        Write(Path.Combine(directory, SpecialTokensName), special);
    }

    public static JsonObject ToJson(AddedToken token) => new()
    {
        ["id"] = token.Id,
        ["content"] = token.Content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = token.IsNormalized,
        ["special"] = token.IsSpecial,
    };

    private static IEnumerable<string> AdditionalTokens(JsonObject config) =>
        (config["additional_special_tokens"] as JsonArray ?? []).Select(token => token is JsonObject described ? (string)described["content"]! : (string)token!);

    private static JsonObject ReadOptional(string path) => File.Exists(path) ? ParseObject(path, File.ReadAllBytes(path)) : [];

    private static JsonObject ParseObject(string path, byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) as JsonObject ?? throw new TokenizerFormatException(path, "expected a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(path, "not a JSON document: " + exception.Message, exception);
        }
    }

    private static void Write(string path, JsonObject content)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(stream, content, Indented);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
