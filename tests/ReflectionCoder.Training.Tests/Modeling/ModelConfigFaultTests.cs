using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// Broken config.json texts: a typed error or a configuration that can be written and read again; never a crash, a hang, an overflow or
/// memory without bound. $REFLECTIONCODER_FUZZ sets the number of cases; the full run has 20,000.
/// </summary>
public sealed class ModelConfigFaultTests
{
    private static readonly int Cases = int.Parse(
        Environment.GetEnvironmentVariable("REFLECTIONCODER_FUZZ") ?? "2000",
        CultureInfo.InvariantCulture
    );

    private static readonly string[] Values =
    [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "2147483647",
        "2147483648",
        "-2147483648",
        "9999999999999999999999",
        "1e999",
        "-0.0",
        "1e-999",
        "0.5",
        "1.0",
        "\"\"",
        "\"x\"",
        "\"\\ud800\"",
        "\"\u4f60\"",
        "[]",
        "{}",
        "[1,2]",
        "[\"full_attention\"]",
        "[\"sliding_attention\",\"full_attention\"]",
        "{\"type\":\"linear\",\"factor\":2.0}",
        "{\"rope_type\":\"yarn\",\"factor\":null}",
        "{\"rope_type\":\"dynamic\",\"factor\":1e308}",
        "\"llama\"",
        "\"qwen3\"",
        "\"mistral\"",
        "\"absolute\"",
        "NaN",
        "Infinity",
        "tru",
        "'x'",
    ];

    private static readonly string[] Fields =
    [
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "max_position_embeddings",
        "intermediate_size",
        "rope_scaling",
        "rope_parameters",
        "rope_theta",
        "sliding_window",
        "use_sliding_window",
        "max_window_layers",
        "layer_types",
        "position_embedding_type",
        "model_type",
        "architectures",
        "eos_token_id",
        "torch_dtype",
        "quantization_config",
        "original_max_position_embeddings",
        "norm_of_tomorrow",
        "_note",
        "tie_word_embeddings",
    ];

    [Fact]
    public void Parse_MutatedTexts_ThrowsTypedErrorsOrGivesConfigurationsThatHold()
    {
        byte[][] sources = [.. TinyModels.All.Values.Append(TinyModels.Dynamic).Select(config => Encoding.UTF8.GetBytes(config.ToJson()))];
        Random random = new(20_000);
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            string text = Mutate(sources[i % sources.Length], random);
            ModelConfig config;
            try
            {
                config = ModelConfig.Parse(text, "mutated.json");
            }
            catch (DataFormatException error)
            {
                Assert.StartsWith("mutated.json: '", error.Message, StringComparison.Ordinal);
                Assert.NotEmpty(error.Field!);
                refused++;
                continue;
            }

            CheckHolds(config);
        }

        // Both ends must be there, or the test says little.
        Assert.InRange(refused, Cases / 5, Cases * 9 / 10);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Parse_DeepNesting_IsRefused(int depth)
    {
        string nested = new string('[', depth) + new string(']', depth);
        Assert.Throws<DataFormatException>(() => ModelConfigTests.EditedText($"\"_note\":{nested}"));
        Assert.Throws<DataFormatException>(() =>
            ModelConfigTests.EditedText($"\"_note\":{string.Concat(Enumerable.Repeat("{\"a\":", depth))}1{new string('}', depth)}")
        );
    }

    [Theory]
    [InlineData("\"vocab_size\":2147483647,\"hidden_size\":2147483640,\"head_dim\":2")]
    [InlineData("\"hidden_size\":2147483640,\"intermediate_size\":2147483647,\"head_dim\":2")]
    [InlineData("\"num_attention_heads\":2147483646,\"num_key_value_heads\":1,\"head_dim\":2147483646")]
    [InlineData("\"num_hidden_layers\":2147483647")]
    // a list entry a layer
    [InlineData("\"model_type\":\"qwen2\",\"num_key_value_heads\":1,\"use_sliding_window\":true,\"num_hidden_layers\":2147483647")]
    [InlineData("\"model_type\":\"smollm3\",\"num_key_value_heads\":1,\"num_hidden_layers\":2147483647")]
    [InlineData("\"position_embedding_type\":\"absolute\",\"max_position_embeddings\":2147483647,\"hidden_size\":1048576")]
    public void Parse_SizesThatWouldOverflow_AreRefusedBeforeAnythingIsMade(string fields)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DataFormatException>(() => ModelConfigTests.EditedText(fields));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    /// <summary>A configuration that was taken is consistent, can be sized, and says the same after it was written and read.</summary>
    private static void CheckHolds(ModelConfig config)
    {
        config.Validate();
        ModelConfig again = ModelConfig.Parse(config.ToJson());
        Assert.Equal(config.ToJson(), again.ToJson());
        Assert.Equal(
            config with
            {
                Source = null,
                Path = string.Empty,
                EosTokenIds = [],
                LayerTypes = [],
                RotaryLayers = [],
            },
            again with
            {
                Source = null,
                Path = string.Empty,
                EosTokenIds = [],
                LayerTypes = [],
                RotaryLayers = [],
            }
        );
        Assert.Equal(config.LayerTypes, again.LayerTypes);
        Assert.Equal(config.RotaryLayers, again.RotaryLayers);
        Int128 parameters = 0;
        foreach ((_, long[] shape) in WeightNames.Shapes(config))
        {
            parameters += shape.Aggregate((Int128)1, (a, b) => a * b);
        }

        Assert.InRange(parameters, 1, (Int128)1 << 45);
        if (config.HeadDimension < 10_000)
        {
            Assert.All(RotaryFrequencies.Compute(config, 1), frequency => Assert.InRange(frequency, 0, double.MaxValue));
            Assert.InRange(RotaryFrequencies.AttentionFactor(config.RopeScaling), double.Epsilon, double.MaxValue);
        }
    }

    private static string Mutate(byte[] source, Random random)
    {
        if (random.Next(2) == 0)
        {
            return Encoding.UTF8.GetString(MutateBytes(source, random));
        }

        // A whole document with fields changed, taken out, doubled or swapped.
        List<KeyValuePair<string, string>> fields =
        [
            .. JsonNode.Parse(source)!.AsObject().Select(field => KeyValuePair.Create(field.Key, field.Value?.ToJsonString() ?? "null")),
        ];
        for (int times = random.Next(1, 3); times > 0; times--)
        {
            (int at, int other) = (random.Next(fields.Count), random.Next(fields.Count));
            switch (random.Next(6))
            {
                case 0:
                    fields.RemoveAt(at);
                    break;
                case 1:
                    fields.Insert(other, fields[at]);
                    break;
                case 2:
                    (fields[at], fields[other]) = (
                        KeyValuePair.Create(fields[at].Key, fields[other].Value),
                        KeyValuePair.Create(fields[other].Key, fields[at].Value)
                    );
                    break;
                case 3:
                    fields.RemoveAll(field => field.Key == Fields[other % Fields.Length]);
                    fields.Add(KeyValuePair.Create(Fields[other % Fields.Length], Values[random.Next(Values.Length)]));
                    break;
                default:
                    fields[at] = KeyValuePair.Create(
                        fields[at].Key,
                        random.Next(4) == 0 ? random.Next().ToString(CultureInfo.InvariantCulture) : Values[random.Next(Values.Length)]
                    );
                    break;
            }
        }

        return "{" + string.Join(",", fields.Select(field => $"{JsonSerializer.Serialize(field.Key)}:{field.Value}")) + "}";
    }

    private static byte[] MutateBytes(byte[] source, Random random)
    {
        List<byte> bytes = [.. source];
        for (int times = random.Next(1, 3); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)]));
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    int digit = bytes.FindIndex(at, value => value is >= (byte)'0' and <= (byte)'9');
                    if (digit >= 0)
                    {
                        bytes[digit] = (byte)('0' + random.Next(10)); // the document stays whole
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
