using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Weights;
using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>
/// 20,000 mutated headers end in a typed error, or in a model whose tensors have the shapes that the header says: no crash, no hang, no
/// memory beyond the file's size.
/// </summary>
public sealed class GgufFuzzTests(ITestOutputHelper output)
{
    private const int Cases = 20_000;
    private const int Seed = 20261129;

    private static readonly ulong[] Numbers =
    [
        0,
        1,
        2,
        7,
        8,
        9,
        31,
        33,
        255,
        1 << 16,
        int.MaxValue,
        1UL << 31,
        uint.MaxValue,
        1UL << 32,
        1UL << 40,
        long.MaxValue,
        1UL << 63,
        ulong.MaxValue,
    ];

    /// <summary>A model of each kind of layer and key.</summary>
    private static readonly ModelConfig[] Models =
    [
        TinyGguf.Llama with
        {
            HiddenLayers = 1,
            MlpBias = true,
            RopeScaling = new()
            {
                Type = RopeType.Yarn,
                Factor = 2,
                OriginalMaxPositionEmbeddings = 64,
            },
        },
        TinyGguf.Gemma3 with
        {
            HiddenLayers = 1,
            LayerTypes = [LayerType.SlidingAttention],
            LogitSoftCap = 30,
        },
        TinyGguf.SmolLM3 with
        {
            HiddenLayers = 1,
            RotaryLayers = [true],
        },
        TinyGguf.Starcoder2 with
        {
            HiddenLayers = 1,
        },
    ];

    [Fact]
    public void Read_MutatedHeaders_EndInAnErrorOrAWholeModel()
    {
        CodeTokenizer fewBytes = FewBytes();
        (byte[] Bytes, int Head)[] originals =
        [
            .. Models.Select(config => Original(config, fewBytes)),
            Original(TinyGguf.Qwen3 with { HiddenLayers = 1 }, TinyGguf.SentencePiece()),
        ];
        Random random = new(Seed);
        int[] models = new int[originals.Length];
        HashSet<string> errors = [];
        long most = 0;
        for (int i = 0; i < Cases; i++)
        {
            (byte[] original, int head) = originals[i % originals.Length];
            byte[] bytes = Mutate(original, head, random);
            bool withTokenizer = i % 50 == 0; // making one takes milliseconds, and broken ones have tests of their own
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ReadWhole(bytes, withTokenizer);
                models[i % originals.Length]++;
            }
            catch (DataFormatException error)
            {
                Assert.Equal("model.gguf", error.Path);
                errors.Add(error.Field ?? "");
            }
            catch (Exception error)
            {
                Assert.Fail($"case {i}: {error}");
            }

            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        output.WriteLine($"{string.Join(" + ", models)} models, errors in {errors.Count} places, at most {most} bytes allocated");
        Assert.All(models, count => Assert.InRange(count, 100, (Cases / originals.Length) - 100));
        Assert.InRange(errors.Count, 30, Cases);
        Assert.InRange(most, 0, 16 << 20);
    }

    private static void ReadWhole(byte[] bytes, bool withTokenizer)
    {
        using MemoryStream stream = new(bytes);
        var header = GgufHeader.Read(stream, "model.gguf");
        GgufTensorReader tensors = new(header, stream);
        GgufModel read = GgufImporter.ReadModel(header, tensors);
        if (withTokenizer)
        {
            _ = CodeTokenizer.Parse(header.Path, read.Tokenizer, read.TokenizerConfig);
        }

        using DisposeScope scope = NewDisposeScope();
        var weights = new OrderedDictionary<string, Tensor>();
        foreach (TensorSource source in GgufImporter.Weights(header, tensors, read.Config, CancellationToken.None))
        {
            Tensor weight = source.Open();
            Assert.Equal(source.Shape, weight.shape);
            Assert.Contains(header.Tensors.Values, tensor => tensor.Shape.SequenceEqual(weight.shape));
            weights.Add(source.Name, weight);
        }

        using var model = CausalLanguageModel.FromWeights(read.Config, weights);
        Assert.Equal(header.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (a, b) => a * b)), model.ParameterCount);
    }

    private static byte[] Mutate(byte[] original, int head, Random random)
    {
        byte[] bytes = [.. original];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(head);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), Numbers[random.Next(Numbers.Length)]);
                    break;
                case 3:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), (uint)Numbers[random.Next(Numbers.Length)]);
                    break;
                default:
                    // A piece of the header stands where another one was.
                    int length = Math.Min(random.Next(1, 40), head - at);
                    original.AsSpan(random.Next(head - length), length).CopyTo(bytes.AsSpan(at));
                    break;
            }
        }

        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static (byte[] Bytes, int Head) Original(ModelConfig config, CodeTokenizer tokenizer)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(config with { VocabularySize = tokenizer.VocabularySize + 1 });
        GgufExporter.Export(model, tokenizer, folder["tiny.gguf"], new() { Type = "q8_0" });
        return (File.ReadAllBytes(folder["tiny.gguf"]), (int)new NaiveGguf(folder["tiny.gguf"]).HeadLength);
    }

    /// <summary>A vocabulary of few bytes, so that every part of the header is hit often.</summary>
    private static CodeTokenizer FewBytes()
    {
        string[] letters = ["a", "b", "c", "d", "ab", "Ġ", "Ġa"];
        JsonObject root = TokenizerDocument.Create(
            new JsonObject(letters.Index().Select(letter => KeyValuePair.Create(letter.Item, (JsonNode?)letter.Index))),
            new JsonArray("a b", "Ġ a"),
            normalizer: null,
            JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"""),
            JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""")!
        );
        root["added_tokens"] = new JsonArray([
            .. ((string[])[.. Markers.All, "<eos>"])
                .Index()
                .Select(token => (JsonNode)TokenizerFiles.ToJson(new(letters.Length + token.Index, token.Item, true, false))),
        ]);
        return TinyGguf.Parse(root, bos: null, "<eos>");
    }
}
