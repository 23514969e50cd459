using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>What stands where in an exported file, read by a naive twin.</summary>
public sealed class GgufLayoutTests
{
    [Theory]
    [InlineData("f32", 0u, 0u)]
    [InlineData("f16", 1u, 1u)]
    [InlineData("bf16", 30u, 32u)]
    [InlineData("q8_0", 8u, 7u)]
    public void Export_EachType_LaysTheFileOutAsTheFormatSays(string type, uint tensorType, uint fileType)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = type });
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.Equal(3u, file.Version);
        Assert.Equal(fileType, file.Keys["general.file_type"]);
        Assert.All(file.Bytes[(int)file.HeadLength..(int)file.DataStart], padding => Assert.Equal(0, padding));
        ulong next = 0;
        foreach ((string name, (ulong[] shape, uint stored, ulong offset)) in file.Tensors)
        {
            Assert.Equal((next, name), (offset, name));
            Assert.Equal(shape.Length == 1 ? 0u : tensorType, stored);
            ulong numbers = shape.Aggregate(1UL, (product, size) => product * size);
            ulong length = stored switch
            {
                0 => numbers * 4,
                8 => numbers / 32 * 34,
                _ => numbers * 2,
            };
            next = (offset + length + 31) / 32 * 32;
        }

        Assert.Equal(file.DataStart + (long)next, file.Bytes.Length);
        Assert.Equal([32ul, 270ul], file.Tensors["token_embd.weight"].Shape);
        Assert.Equal([64ul, 32ul], file.Tensors["blk.1.ffn_down.weight"].Shape);
    }

    [Fact]
    public void Export_Llama_WritesTheConfigurationsKeys()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { MaxPositionEmbeddings = 128 });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["Tiny-F32.gguf"], new() { Type = "f32" });
        OrderedDictionary<string, object> keys = new NaiveGguf(folder["Tiny-F32.gguf"]).Keys;
        Assert.Equal("llama", keys["general.architecture"]);
        Assert.Equal("Tiny-F32", keys["general.name"]);
        (string Key, object Value)[] expected =
        [
            ("context_length", 128u),
            ("embedding_length", 32u),
            ("block_count", 2u),
            ("feed_forward_length", 64u),
            ("attention.head_count", 4u),
            ("attention.head_count_kv", 2u),
            ("attention.key_length", 8u),
            ("attention.value_length", 8u),
            ("attention.layer_norm_rms_epsilon", 1e-5f),
            ("vocab_size", 270u),
            ("rope.dimension_count", 8u),
            ("rope.freq_base", 10000f),
        ];
        Assert.All(expected, pair => Assert.Equal(pair.Value, keys["llama." + pair.Key]));
        Assert.DoesNotContain("general.alignment", keys.Keys);
    }

    [Fact]
    public void Export_Llama_ReordersTheRowsOfQueriesAndKeys()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { QueryKeyValueBias = true, AttentionOutputBias = true });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "f32" });
        NaiveGguf file = new(folder["tiny.gguf"]);
        foreach ((string name, string ours, int heads) in ((string, string, int)[])[("attn_q", "q_proj", 4), ("attn_k", "k_proj", 2)])
        {
            foreach (string kind in (string[])["weight", "bias"])
            {
                float[] before = TinyGguf.Numbers(model.Parameters[$"model.layers.1.self_attn.{ours}.{kind}"]);
                float[] after = file.Floats($"blk.1.{name}.{kind}");
                int columns = kind == "bias" ? 1 : 32;
                for (int row = 0; row < heads * 8; row++)
                {
                    // New row 2j + s of a head is its old row 4s + j.
                    (int head, int inner) = Math.DivRem(row, 8);
                    int old = (head * 8) + (inner % 2 * 4) + (inner / 2);
                    Assert.Equal(before.AsSpan(old * columns, columns).ToArray(), after.AsSpan(row * columns, columns).ToArray());
                }
            }
        }

        Assert.Equal(TinyGguf.Numbers(model.Parameters["model.layers.1.self_attn.v_proj.weight"]), file.Floats("blk.1.attn_v.weight"));
    }

    [Fact]
    public void Export_Qwen3_KeepsTheRowsAndHasHeadNorms()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Qwen3);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "f32" });
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.Equal(TinyGguf.Numbers(model.Parameters["model.layers.0.self_attn.q_proj.weight"]), file.Floats("blk.0.attn_q.weight"));
        Assert.Equal(TinyGguf.Numbers(model.Parameters["model.layers.0.self_attn.k_norm.weight"]), file.Floats("blk.0.attn_k_norm.weight"));
    }

    [Fact]
    public void Export_Gemma3_AddsOneToNormsAndNamesWindows()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Gemma3 with { LogitSoftCap = 30 });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "f16" });
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.Equal("gemma3", file.Keys["general.architecture"]);
        (string Key, object Value)[] expected =
        [
            ("attention.layer_norm_rms_epsilon", 1e-5f),
            ("attention.key_length", 8u),
            ("attention.sliding_window", 3u),
            ("attention.sliding_window_pattern", 2u),
            ("rope.freq_base", 1e6f),
            ("rope.freq_base_swa", 100f),
            ("final_logit_softcapping", 30f),
        ];
        Assert.All(expected, pair => Assert.Equal(pair.Value, file.Keys["gemma3." + pair.Key]));
        (string Ours, string Stored)[] norms =
        [
            ("layers.1.input_layernorm", "blk.1.attn_norm"),
            ("layers.1.post_attention_layernorm", "blk.1.post_attention_norm"),
            ("layers.1.pre_feedforward_layernorm", "blk.1.ffn_norm"),
            ("layers.1.post_feedforward_layernorm", "blk.1.post_ffw_norm"),
            ("layers.0.self_attn.q_norm", "blk.0.attn_q_norm"),
            ("layers.0.self_attn.k_norm", "blk.0.attn_k_norm"),
            ("norm", "output_norm"),
        ];
        foreach ((string ours, string stored) in norms)
        {
            float[] weights = TinyGguf.Numbers(model.Parameters[$"model.{ours}.weight"]);
            Assert.Equal(weights.Select(weight => 1 + weight), file.Floats(stored + ".weight"));
        }

        Assert.DoesNotContain("output.weight", file.Tensors.Keys);
    }

    [Fact]
    public void Export_Gemma3WithoutWindows_NamesNone()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Gemma3 with { SlidingWindow = null, LayerTypes = [] });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        Assert.DoesNotContain(new NaiveGguf(folder["tiny.gguf"]).Keys.Keys, key => key.Contains("sliding", StringComparison.Ordinal));
    }

    [Fact]
    public void Export_Starcoder2_HasBiasesAndKeepsTheRows()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Starcoder2);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "f32" });
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.Equal("starcoder2", file.Keys["general.architecture"]);
        Assert.Equal(1e-5f, file.Keys["starcoder2.attention.layer_norm_epsilon"]);
        Assert.DoesNotContain("starcoder2.attention.layer_norm_rms_epsilon", file.Keys.Keys);
        (string Ours, string Stored)[] parts =
        [
            ("layers.1.self_attn.q_proj", "blk.1.attn_q"),
            ("layers.1.self_attn.k_proj", "blk.1.attn_k"),
            ("layers.1.self_attn.v_proj", "blk.1.attn_v"),
            ("layers.1.self_attn.o_proj", "blk.1.attn_output"),
            ("layers.1.mlp.c_fc", "blk.1.ffn_up"),
            ("layers.1.mlp.c_proj", "blk.1.ffn_down"),
            ("layers.1.input_layernorm", "blk.1.attn_norm"),
            ("layers.1.post_attention_layernorm", "blk.1.ffn_norm"),
            ("norm", "output_norm"),
        ];
        foreach ((string ours, string stored) in parts)
        {
            foreach (string kind in (string[])["weight", "bias"])
            {
                Assert.Equal(TinyGguf.Numbers(model.Parameters[$"model.{ours}.{kind}"]), file.Floats($"{stored}.{kind}"));
            }
        }
    }

    [Fact]
    public void Export_TiedEmbeddings_WritesThemOnce()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Qwen2);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.DoesNotContain("output.weight", file.Tensors.Keys);
        Assert.Contains("blk.0.attn_q.bias", file.Tensors.Keys);
    }

    [Fact]
    public void Export_Llama3Rope_WritesDivisors()
    {
        using TemporaryFolder folder = new();
        ModelConfig config = TinyModels.All["llama-llama3"] with { VocabularySize = 270 };
        using CausalLanguageModel model = TinyModels.Create(config);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        float[] factors = new NaiveGguf(folder["tiny.gguf"]).Floats("rope_freqs.weight");
        double[] scaled = ReflectionCoder.Modeling.Attention.RotaryFrequencies.Compute(config, 1);
        double[] plain = ReflectionCoder.Modeling.Attention.RotaryFrequencies.Compute(config with { RopeScaling = null }, 1);
        Assert.Equal(6, factors.Length);
        Assert.All(factors.Index(), factor => Assert.Equal(plain[factor.Index] / scaled[factor.Index], factor.Item, 1e-5));
        Assert.Contains(1f, factors);
        Assert.Contains(8f, factors);
    }

    [Fact]
    public void Export_Tokenizer_WritesMarkersPaddingAndEnds()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        OrderedDictionary<string, object> keys = new NaiveGguf(folder["tiny.gguf"]).Keys;
        object[] tokens = (object[])keys["tokenizer.ggml.tokens"];
        object[] types = (object[])keys["tokenizer.ggml.token_type"];
        Assert.Equal(270, tokens.Length);
        Assert.Equal(270, types.Length);
        Assert.Equal(("Ġ", 1), (tokens[32], types[32]));
        Assert.Equal(Markers.All, tokens[256..263]);
        Assert.All(types[256..266], type => Assert.Equal(3, type));
        Assert.Equal(["[PAD266]", "[PAD267]", "[PAD268]", "[PAD269]"], tokens[266..]);
        Assert.All(types[266..], type => Assert.Equal(5, type));
        Assert.Equal(("gpt2", "gpt-2"), (keys["tokenizer.ggml.model"], keys["tokenizer.ggml.pre"]));
        Assert.Empty((object[])keys["tokenizer.ggml.merges"]);
        Assert.Equal(
            (263u, 264u, 265u),
            (keys["tokenizer.ggml.bos_token_id"], keys["tokenizer.ggml.eos_token_id"], keys["tokenizer.ggml.padding_token_id"])
        );
        Assert.Equal((262u, 261u), (keys["tokenizer.ggml.eot_token_id"], keys["tokenizer.ggml.eom_token_id"]));
        Assert.Equal((true, false), (keys["tokenizer.ggml.add_bos_token"], keys["tokenizer.ggml.add_eos_token"]));
        Assert.Contains("<|assistant|><|text|>", (string)keys["tokenizer.chat_template"], StringComparison.Ordinal);
    }

    [Fact]
    public void Export_SentencePiece_WritesScoresFromRanks()
    {
        using TemporaryFolder folder = new();
        CodeTokenizer tokenizer = TinyGguf.SentencePiece();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = tokenizer.VocabularySize });
        GgufExporter.Export(model, tokenizer, folder["tiny.gguf"]);
        OrderedDictionary<string, object> keys = new NaiveGguf(folder["tiny.gguf"]).Keys;
        Dictionary<string, (float Score, int Type)> tokens = ((object[])keys["tokenizer.ggml.tokens"])
            .Cast<string>()
            .Zip(((object[])keys["tokenizer.ggml.scores"]).Cast<float>(), ((object[])keys["tokenizer.ggml.token_type"]).Cast<int>())
            .ToDictionary(token => token.First, token => (token.Second, token.Third));
        Assert.Equal((0f, 1), tokens["ab"]);
        Assert.Equal((-1f, 1), tokens["\u2581a"]);
        Assert.Equal((-2f, 1), tokens["\u2581ab"]);
        Assert.Equal((-4f, 1), tokens["abc"]);
        Assert.Equal((-1e9f, 1), tokens["c"]);
        Assert.Equal(2, tokens["<unk>"].Type);
        Assert.Equal(3, tokens["</s>"].Type);
        Assert.Equal(6, tokens["<0x0A>"].Type);
        Assert.Equal(("llama", true), (keys["tokenizer.ggml.model"], keys["tokenizer.ggml.add_space_prefix"]));
    }

    [Fact]
    public void Export_Modelfile_HasFormatAndStops()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        string[] lines = File.ReadAllLines(folder["tiny.Modelfile"]);
        Assert.Equal("FROM ./tiny.gguf", lines[0]);
        Assert.Contains(lines, line => line.Contains("<|user|><|text|>{{ if $system }}{{ $system }}", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("<|assistant|><|text|>\"\"\"", StringComparison.Ordinal));
        Assert.Equal(
            ["PARAMETER stop \"<|endofblock|>\"", "PARAMETER stop \"<|endofmessage|>\"", "PARAMETER stop \"<|eos|>\""],
            lines[^3..]
        );
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["v2.5"]);
        Assert.Equal("FROM ./v2.5", File.ReadLines(folder["v2.5.Modelfile"]).First());
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["bare.gguf"], new() { Modelfile = false });
        Assert.False(File.Exists(folder["bare.Modelfile"]));
    }
}
