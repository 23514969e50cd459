using System.Reflection;
using System.Text.RegularExpressions;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>A family is one file and a line in the registry; nothing else names it.</summary>
public sealed partial class ModelFamiliesTests
{
    private static string Source => Path.Combine(RepositoryFolder.Path, "src", "ReflectionCoder.Training");

    [Fact]
    public void All_AreThePublicFamilies_InTheOrderOfMessages()
    {
        Assert.Equal(
            ["gemma3_text", "llama", "mistral", "qwen2", "qwen3", "smollm3", "starcoder2"],
            ModelFamilies.All.Select(family => family.ModelType)
        );
        PropertyInfo[] properties = typeof(ModelFamily).GetProperties(BindingFlags.Public | BindingFlags.Static);
        IEnumerable<ModelFamily> known = properties.Select(property => (ModelFamily)property.GetValue(null)!);
        Assert.Equal(ModelFamilies.All, known.OrderBy(family => family.ModelType));
        Assert.Equal(properties.Select(property => property.Name).Order(), ModelFamilies.All.Select(family => family.Name).Order());
        Assert.Equal(
            ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "c_fc", "c_proj"],
            ModelFamilies.Projections
        );
    }

    [Fact]
    public void All_HaveAFileOfTheirOwnAndPublishedModels()
    {
        string[] tested = [.. PublishedConfigTests.Supported.Select(row => row.Data.Item2).Distinct()];
        foreach (ModelFamily family in ModelFamilies.All)
        {
            string text = File.ReadAllText(Path.Combine(Source, "Modeling", "Families", family.Name + ".cs"));
            Assert.Contains($"ModelType = \"{family.ModelType}\"", text);
            Assert.Contains(family.ModelType, tested);
        }
    }

    [Fact]
    public void NoOtherFile_NamesAFamily()
    {
        string[] naming =
        [
            .. Directory
                .EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
                // GGUF's vocabularies have names of the format's own, which are those of some families.
                .Where(file =>
                    !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin" or "Families" or "Vocabularies")
                )
                .Where(file => File.ReadLines(file).Any(line => !IsComment(line) && FamilyName().IsMatch(line)))
                .Select(file => Path.GetFileName(file)),
        ];
        Assert.Equal(["ModelConfig.cs"], naming); // its default
    }

    /// <summary>What a family can't be is said in its own name.</summary>
    [Theory]
    [InlineData(
        "gpt2",
        "vocab_size",
        "320",
        "'model_type': 'gpt2' is not supported; expected 'gemma3_text', 'llama', 'mistral', 'qwen2', 'qwen3', 'smollm3' or 'starcoder2'."
    )]
    [InlineData("qwen2", "architectures", "[\"Qwen3ForCausalLM\"]", "with model_type 'qwen2'; expected [\"Qwen2ForCausalLM\"].")]
    [InlineData("mistral", "mlp_bias", "true", "'mlp_bias': 'mistral' has no MLP biases; expected false.")]
    [InlineData("mistral", "attention_bias", "true", "'attention_bias': 'mistral' has no attention biases; expected false.")]
    [InlineData("qwen3", "mlp_bias", "true", "'mlp_bias': 'qwen3' has no MLP biases; expected false.")]
    [InlineData("llama", "sliding_window", "16", "'sliding_window': 16 asks for a sliding window, which Llama does not have.")]
    [InlineData(
        "llama",
        "use_qk_norm",
        "true",
        "asks for query and key norms, which only 'gemma3_text' or 'qwen3' has here; this decoder does not have it."
    )]
    [InlineData(
        "llama",
        "no_rope_layers",
        "[1,0]",
        "asks for layers without rotary embeddings, which only 'smollm3' has here; this decoder does not have it."
    )]
    [InlineData("mistral", "layer_types", "[\"full_attention\",\"full_attention\"]", "but Mistral's sliding window holds for all layers.")]
    [InlineData("qwen2", "hidden_act", "\"gelu\"", "'hidden_act': 'gelu' is not supported; expected 'silu'.")]
    public void Parse_WhatAFamilyCantBe_IsSaid(string type, string field, string value, string message)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() =>
            ModelConfigTests.Edited(("model_type", $"\"{type}\""), ("num_key_value_heads", "2"), (field, value))
        );
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemma3_text", "Gemma3 has no such combination of attention biases.")]
    [InlineData("llama", "Llama has no such combination of attention biases.")]
    [InlineData("qwen2", "Qwen2 has no such combination of attention biases.")]
    [InlineData("mistral", "Mistral has no such combination of attention biases.")]
    [InlineData("qwen3", "Qwen3 has no such combination of attention biases.")]
    [InlineData("starcoder2", "Starcoder2 has no such combination of attention biases.")]
    public void Validate_OutputBiasAlone_IsSaidInTheFamilysName(string type, string message)
    {
        ModelFamily family = ModelFamilies.All.Single(family => family.ModelType == type);
        ModelConfig config = TinyModels.Llama with { Family = family, AttentionOutputBias = true };
        Assert.EndsWith(message, Assert.Throws<DataFormatException>(config.Validate).Message, StringComparison.Ordinal);
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    [GeneratedRegex(
        @"ModelFamily\.(Gemma3|Llama|Mistral|Qwen2|Qwen3|SmolLM3|Starcoder2)\b|""(gemma3_text|llama|mistral|qwen2|qwen3|smollm3|starcoder2)"""
    )]
    private static partial Regex FamilyName();
}
