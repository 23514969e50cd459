using System.Text.Json.Nodes;
using ReflectionCoder.Batching;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Generation;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>
/// Families that aren't in the library, through all that asks the family: decoder, loss, generation, config.json, memory plan, adapters.
/// </summary>
public sealed class ForeignFamilyTests
{
    private static readonly ModelFamily[] Families = [ForeignFamilies.Scaled, ForeignFamilies.Sandwich, ForeignFamilies.Plain];

    private static readonly PackedBatch Batch = new()
    {
        TokenIds = [1, 5, 9, 2, 7, 1, 5, 9, 2, 7],
        PositionIds = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
        RowLengths = [5, 5],
        CrossEntropyRows = [0, 2, 6],
        CrossEntropyLabels = [5, 2, 9],
        TeacherRows = [1, 3],
        StudentRows = [6, 8],
        SampleTokens = 10,
        HiddenTokens = 0,
    };

    public static TheoryData<string> Names => new(ForeignFamilies.Configs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_EqualsTheNaiveTwin(string name) => CausalLanguageModelTests.EqualsTheNaiveTwin(ForeignFamilies.Configs[name]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_GradientCheckpointing_GivesTheSameGradients(string name)
    {
        using CausalLanguageModel model = TinyModels.Create(ForeignFamilies.Configs[name], ScalarType.Float64);
        Dictionary<string, double[]> plain = Gradients(checkpointing: false);
        Assert.All(Gradients(checkpointing: true), gradient => Assert.Equal(plain[gradient.Key], gradient.Value));

        Dictionary<string, double[]> Gradients(bool checkpointing)
        {
            using DisposeScope scope = NewDisposeScope();
            PackedLoss.Compute(model, new ChunkedDistillationLoss(), Batch, new LossScales(1, 1), checkpointing).Total.backward();
            var gradients = model.Parameters.ToDictionary(weight => weight.Key, weight => TinyModels.Numbers(weight.Value.grad!));
            foreach (Tensor weight in model.Parameters.Values)
            {
                weight.grad = null;
            }

            return gradients;
        }
    }

    /// <summary>Fine-tuner and evaluator compute their loss by <see cref="PackedLoss"/>.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_IsThatOfTheLogits(string name)
    {
        using CausalLanguageModel model = TinyModels.Create(ForeignFamilies.Configs[name], ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        Tensor logs = TinyModels.Logits(model, ModelInput.Create(Batch.TokenIds, Batch.PositionIds, Batch.RowLengths, CPU)).log_softmax(-1);
        double crossEntropy = Batch
            .CrossEntropyRows.Zip(Batch.CrossEntropyLabels)
            .Sum(pair => -logs[pair.First, pair.Second].item<double>());
        double divergence = Batch
            .TeacherRows.Zip(Batch.StudentRows)
            .Sum(pair => (logs[pair.First].exp() * (logs[pair.First] - logs[pair.Second])).sum().item<double>());
        foreach (IDistillationLoss loss in (IDistillationLoss[])[new ChunkedDistillationLoss(3), new WholeDistillationLoss()])
        {
            DistillationLoss computed = PackedLoss.Compute(model, loss, Batch, new LossScales(1, 1));
            Assert.Equal(crossEntropy, computed.SumOf(LossTerm.CrossEntropy), 1e-10);
            Assert.Equal(divergence, computed.SumOf(LossTerm.Divergence), 1e-10);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Generate_ChoosesByTheLogits_WithAndWithoutCache(string name)
    {
        using CausalLanguageModel model = TinyModels.Create(ForeignFamilies.Configs[name], ScalarType.Float64);
        IReadOnlyList<int> ids = new TokenGenerator(model, new() { MaxNewTokens = 10 }).Generate([1, 2]).Ids;
        Assert.Equal(
            ids,
            new TokenGenerator(model, new() { MaxNewTokens = 10 }) { UseCache = false }
                .Generate([1, 2])
                .Ids
        );
        using DisposeScope scope = NewDisposeScope();
        long[] sequence = [1, 2, .. ids];
        long[] positions = [.. Enumerable.Range(0, sequence.Length).Select(i => (long)i)];
        Tensor logits = TinyModels.Logits(model, ModelInput.Create(sequence, positions, [sequence.Length], CPU));
        Assert.Equal(ids, logits.argmax(1).data<long>().ToArray()[1..^1].Select(id => (int)id));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ToJson_ThenParse_GivesTheSame(string name)
    {
        ModelConfig config = ForeignFamilies.Configs[name];
        ModelConfig again = ModelConfig.Parse(config.ToJson(), families: Families);
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Same(config.Family, again.Family);
        Assert.Equal(
            (config.LogitScale, config.LogitSoftCap, config.EmbeddingScale, config.AttentionScale, config.SlidingRopeTheta),
            (again.LogitScale, again.LogitSoftCap, again.EmbeddingScale, again.AttentionScale, again.SlidingRopeTheta)
        );
        Assert.Equal(config.Family.Name + "ForCausalLM", (string?)JsonNode.Parse(config.ToJson())!["architectures"]![0]);
    }

    [Fact]
    public void Parse_AbsentFields_HaveTheFamilysDefaults()
    {
        ModelConfig scaled = Parse("scaled_llama");
        Assert.Equal((true, 0.0625), (scaled.TieWordEmbeddings, scaled.LogitScale));
        Assert.Equal(1, Parse("scaled_llama", ("logit_scale", "null")).LogitScale);
        Assert.Equal(3, Parse("scaled_llama", ("logit_scale", "3"), ("norm_of_note", "[7]")).LogitScale);

        ModelConfig sandwich = Parse("sandwich");
        Assert.Equal(
            (8, 1.0 / 16, null, 10000),
            (sandwich.EmbeddingScale, sandwich.AttentionScale, sandwich.LogitSoftCap, sandwich.SlidingRopeTheta)
        );

        ModelConfig plain = Parse("plain", ("hidden_act", null), ("norm_type", "\"layer_norm\""), ("sliding_window", "null"));
        Assert.True(plain.QueryKeyValueBias && plain.AttentionOutputBias && plain.MlpBias);
        Assert.Equal(1e-5, plain.NormEpsilon);
        Assert.False(Parse("plain", ("use_bias", "false")).MlpBias);
        Assert.Equal(0.5, Parse("plain", ("norm_epsilon", "0.5")).NormEpsilon);
    }

    [Theory]
    [InlineData("scaled_llama", "logit_scale", "\"much\"", "logit_scale", "expected a finite number.")]
    [InlineData("scaled_llama", "logit_scale", "0", "LogitScale", "0 is not a finite factor.")]
    [InlineData("scaled_llama", "logits_scaling", "30", "logits_scaling", "30 asks for scaled logits; this decoder does not have it.")]
    [InlineData("llama", "logit_scale", "2", "logit_scale", "2 asks for scaled logits; this decoder does not have it.")]
    [InlineData("sandwich", "final_logit_softcapping", "-1", "LogitSoftCap", "-1 is not positive.")]
    [InlineData("plain", "hidden_act", "\"silu\"", "hidden_act", "'silu' is not supported; expected 'gelu_pytorch_tanh'.")]
    [InlineData("plain", "architectures", "[\"MistralForCausalLM\"]", "architectures", "expected [\"PlainForCausalLM\"].")]
    public void Parse_WhatTheFamilyCantBe_IsNamed(string type, string field, string value, string named, string message)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => Parse(type, (field, value)));
        Assert.Equal(named, error.Field);
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownFamily_ListsAllThatAreKnown()
    {
        Assert.EndsWith(
            "'mpt' is not supported; expected 'gemma3_text', 'llama', 'mistral', 'qwen2', 'qwen3', 'smollm3', 'starcoder2', "
                + "'scaled_llama', 'sandwich' or 'plain'.",
            Assert.Throws<DataFormatException>(() => Parse("mpt")).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "'qwen3', 'smollm3' or 'starcoder2'.",
            Assert.Throws<DataFormatException>(() => ModelConfig.Parse("""{"model_type":"plain"}""")).Message
        );
        Assert.Contains(
            "one model_type",
            Assert.Throws<ArgumentException>(() => ModelConfig.Parse("{}", families: [ModelFamily.Llama])).Message
        );
    }

    /// <summary>What a family has no field for would be lost in the saved file.</summary>
    [Fact]
    public void Validate_ScalesThatTheFamilyCantSay_AreRefused()
    {
        ModelConfig sandwich = ForeignFamilies.Configs["sandwich"];
        foreach (
            ModelConfig config in (ModelConfig[])
                [
                    TinyModels.Llama with
                    {
                        LogitScale = 2,
                    },
                    TinyModels.Qwen3 with
                    {
                        AttentionScale = 0.5,
                    },
                    TinyModels.Mistral with
                    {
                        SlidingRopeTheta = 100,
                    },
                    ForeignFamilies.Configs["plain"] with
                    {
                        LogitSoftCap = 2,
                    },
                    sandwich with
                    {
                        EmbeddingScale = 1,
                    },
                ]
        )
        {
            Assert.Equal("model_type", Assert.Throws<DataFormatException>(config.Validate).Field);
        }
    }

    [Fact]
    public void Estimate_SizesFollowThePieces()
    {
        MemoryWorkload workload = MemoryWorkload.OfLength(2, 64);
        foreach (ModelConfig config in ForeignFamilies.Configs.Values)
        {
            using CausalLanguageModel model = TinyModels.Create(config);
            Assert.Equal(model.ParameterCount, MemoryPlan.Estimate(config, workload, new MemoryPlanOptions()).Parameters);
        }

        ModelConfig sandwich = ForeignFamilies.Configs["sandwich"];
        long Kept(ModelConfig config) => new LayerMemory(config, workload, new MemoryPlanOptions()).Kept;
        ModelConfig plain = ForeignFamilies.Configs["plain"];

        // 256 rows of float32: two norms more of width 24, and of width 40 no gate.
        Assert.Equal(2 * 256 * 24 * 4, Kept(sandwich) - Kept(sandwich with { Family = ModelFamily.Qwen3 }));
        Assert.Equal(256 * 40 * 4, Kept(plain with { Family = ModelFamily.Mistral }) - Kept(plain));

        // The norms of queries and keys keep what they are given: 4 and 2 heads of 8.
        Assert.Equal(256 * 6 * 8 * 4, Kept(TinyModels.Qwen3) - Kept(TinyModels.Qwen3 with { Family = ModelFamily.Qwen2 }));

        // A layer leaves what its custom functions saved, and the gradients: torch's own operators leave nothing.
        long Left(ModelConfig config) => new LayerMemory(config, workload, new MemoryPlanOptions()).Left;
        Assert.Equal(2 * 256 * ((2 * 24) + (2 * 40)) * 4, Left(TinyModels.Mistral));
        Assert.Equal(2 * 256 * ((2 * 24) + (2 * 40) + (6 * 8)) * 4, Left(TinyModels.Qwen3));
        Assert.Equal(2 * 256 * ((4 * 24) + (2 * 40) + (6 * 8)) * 4, Left(TinyModels.Gemma3));
        Assert.Equal(0, Left(plain));
    }

    [Fact]
    public void AddAdapter_GoesToTheProjectionsThereAre()
    {
        using CausalLanguageModel model = TinyModels.Create(ForeignFamilies.Configs["plain"]);
        model.AddAdapter(new LoraOptions { Rank = 2 }, [], seed: 1);
        Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"], model.Adapter!.Options.TargetModules);
        Assert.Equal(2 * 6 * 2, model.TrainableParameters.Count);
        model.RemoveAdapter();
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            model.AddAdapter(new LoraOptions { TargetModules = ["gate_proj", "up_proj"] }, [], seed: 1)
        );
        Assert.Contains("gate_proj, up_proj is a projection of Plain; expected some of q_proj", error.Message);
        Assert.Null(model.Adapter);
    }

    private static ModelConfig Parse(string type, params (string Field, string? Value)[] edits)
    {
        JsonObject json = new()
        {
            ["vocab_size"] = 320,
            ["hidden_size"] = 64,
            ["intermediate_size"] = 128,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
        };
        foreach ((string field, string? value) in edits)
        {
            if (value is not null)
            {
                json[field] = JsonNode.Parse(value);
            }
        }

        json["model_type"] = type;
        return ModelConfig.Parse(json.ToJsonString(), families: Families);
    }
}
