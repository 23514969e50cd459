using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.ConfigFiles;

namespace ReflectionCoder.Modeling;

/// <summary>
/// The contents of a Hugging Face <c>generation_config.json</c>. Fields that this library doesn't know are kept and written back.
/// Immutable and thread-safe: change a copy (<c>config with { … }</c>).
/// </summary>
public sealed record GenerationConfig
{
    /// <summary>Begin-of-sequence id. The default value is null: none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Ids that end generation. The default value is empty: none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding id. The default value is null: none.</summary>
    public int? PadTokenId { get; init; }

    private string? Source { get; init; }

    /// <summary>
    /// Makes a generation configuration from the ids of the model's own configuration. They apply where there is no file.
    /// </summary>
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
    /// <param name="path">The name that errors use for the text. The default value is <c>generation_config.json</c>.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="DataFormatException">The text is no JSON object, or an id is not a whole number.</exception>
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

    /// <summary>Writes the configuration in the form that transformers reads.</summary>
    /// <returns>Indented JSON.</returns>
    public string ToJson()
    {
        JsonObject json = Source is null ? [] : JsonNode.Parse(Source)!.AsObject();
        json.Remove("_from_model_config"); // where this field stands, transformers reads the ids from config.json instead
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
