using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.ConfigFiles;

namespace ReflectionCoder.Modeling;

/// <summary>What a Hugging Face <c>generation_config.json</c> says; fields nothing here knows are kept and written back.</summary>
public sealed record GenerationConfig
{
    /// <summary>Begin-of-sequence id; null where there is none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Ids that end generation.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding id; null where there is none.</summary>
    public int? PadTokenId { get; init; }

    private string? Source { get; init; }

    /// <summary>The ids of a model's own configuration, which hold where there is no file.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <returns>The generation configuration.</returns>
    public static GenerationConfig From(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new()
        {
            BosTokenId = config.BosTokenId,
            EosTokenIds = config.EosTokenIds,
            PadTokenId = config.PadTokenId,
        };
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The text of a <c>generation_config.json</c>.</param>
    /// <param name="path">What messages call it.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="DataFormatException">The text is no JSON object, or an id is no number.</exception>
    public static GenerationConfig Parse(string json, string path = "generation_config.json")
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonText.ParseObject(json, path);
        var fields = new JsonField(document.RootElement, path);
        return new()
        {
            BosTokenId = fields.OptionalInt("bos_token_id"),
            EosTokenIds = fields.Ints("eos_token_id"),
            PadTokenId = fields.OptionalInt("pad_token_id"),
            Source = json,
        };
    }

    /// <summary>The configuration as transformers reads it.</summary>
    /// <returns>Indented JSON.</returns>
    public string ToJson()
    {
        JsonObject json = Source is null ? [] : JsonNode.Parse(Source)!.AsObject();
        json.Remove("_from_model_config"); // transformers would take the ids of config.json instead
        Set("bos_token_id", BosTokenId is { } bos ? bos : null);
        Set("eos_token_id", JsonOutput.Ids(EosTokenIds));
        Set("pad_token_id", PadTokenId is { } pad ? pad : null);
        return json.ToJsonString(JsonOutput.Indented);

        void Set(string field, JsonNode? value)
        {
            json.Remove(field);
            if (value is not null)
            {
                json[field] = value;
            }
        }
    }
}
