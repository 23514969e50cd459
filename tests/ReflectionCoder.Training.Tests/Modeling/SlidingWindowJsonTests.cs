using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.Modeling;

public sealed class SlidingWindowJsonTests
{
    [Theory]
    [InlineData("mistral", "4096", 4096)]
    [InlineData("mistral", "null", null)]
    [InlineData("mistral", null, 4096)] // transformers' default
    public void Parse_Mistral_HoldsForAllLayers(string type, string? value, int? window)
    {
        ModelConfig config = Parse(type, ("sliding_window", value));
        Assert.Equal((window, window, window), (config.SlidingWindow, config.WindowOf(0), config.WindowOf(1)));
        Assert.Equal(window is not null, config.HasWindows);
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Parse_Qwen_NeedsItsSwitchAndTakesTheLaterLayers(string type)
    {
        ModelConfig off = Parse(type, ("use_sliding_window", "false"), ("sliding_window", "32768"), ("max_window_layers", "1"));
        Assert.False(off.HasWindows);
        Assert.Null(off.WindowOf(1));

        ModelConfig on = Parse(type, ("use_sliding_window", "true"), ("sliding_window", "16"), ("max_window_layers", "1"));
        Assert.Equal((null, 16), (on.WindowOf(0), on.WindowOf(1)));

        ModelConfig early = Parse(type, ("use_sliding_window", "true"), ("sliding_window", "16"));
        Assert.False(early.HasWindows); // max_window_layers is 28 where it is absent, and there are 2

        ModelConfig named = Parse(
            type,
            ("use_sliding_window", "true"),
            ("layer_types", """["sliding_attention","full_attention"]"""),
            ("max_window_layers", "1")
        );
        Assert.Equal((4096, null), (named.WindowOf(0), named.WindowOf(1)));
    }

    [Theory]
    [InlineData("llama", "sliding_window", "4096", "sliding_window")]
    [InlineData("llama", "use_sliding_window", "true", "use_sliding_window")]
    [InlineData("llama", "layer_types", """["full_attention","sliding_attention"]""", "layer_types")]
    [InlineData("mistral", "sliding_window", "0", "sliding_window")]
    [InlineData("mistral", "sliding_window", "-5", "sliding_window")]
    [InlineData("mistral", "sliding_window", "\"long\"", "sliding_window")]
    [InlineData("mistral", "layer_types", """["full_attention","sliding_attention"]""", "layer_types")]
    [InlineData("qwen2", "layer_types", """["full_attention","sliding_attention"]""", "layer_types")] // without the switch
    [InlineData("qwen2", "layer_types", """["full_attention"]""", "layer_types")]
    [InlineData("qwen2", "layer_types", """["full_attention","chunked_attention"]""", "layer_types")]
    [InlineData("qwen2", "layer_types", "[]", "layer_types")]
    [InlineData("qwen2", "layer_types", "3", "layer_types")]
    [InlineData("qwen2", "use_sliding_window", "1", "use_sliding_window")]
    public void Parse_WindowThatCantBe_IsNamed(string type, string field, string value, string named) =>
        Assert.Equal(named, Assert.Throws<DataFormatException>(() => Parse(type, (field, value))).Field);

    [Fact]
    public void Parse_FullAttentionInEveryLayer_IsTakenByAllFamilies()
    {
        foreach (string type in (string[])["llama", "qwen2", "qwen3"])
        {
            Assert.False(Parse(type, ("layer_types", """["full_attention","full_attention"]""")).HasWindows);
        }
    }

    [Fact]
    public void ToJson_Windows_AreWrittenForOldAndNewVersions()
    {
        JsonNode mistral = JsonNode.Parse(TinyModels.All["mistral-window"].ToJson())!;
        Assert.Equal(4, (int)mistral["sliding_window"]!);
        Assert.Null(JsonNode.Parse(TinyModels.Mistral.ToJson())!["sliding_window"]);
        Assert.True(JsonNode.Parse(TinyModels.Mistral.ToJson())!.AsObject().ContainsKey("sliding_window")); // absent means 4096

        JsonNode qwen = JsonNode.Parse(TinyModels.All["qwen2-window"].ToJson())!;
        Assert.Equal((true, 3, 1), ((bool)qwen["use_sliding_window"]!, (int)qwen["sliding_window"]!, (int)qwen["max_window_layers"]!));
        Assert.Equal("""["full_attention","sliding_attention"]""", qwen["layer_types"]!.ToJsonString());
        Assert.False((bool)JsonNode.Parse(TinyModels.Qwen2.ToJson())!["use_sliding_window"]!);
    }

    private static ModelConfig Parse(string type, params (string Field, string? Value)[] edits) =>
        ModelConfigTests.Edited([("model_type", $"\"{type}\""), ("num_key_value_heads", "2"), .. edits]);
}
