using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>
/// Trains a decoder that the library doesn't know, stops halfway, goes on with what the decoder's own loader reads, and asks the result.
/// </summary>
internal static class OwnModel
{
    public static async Task RunAsync(string[] args)
    {
        (string samples, string output) = args is [{ } first, { } second]
            ? (first, second)
            : ("samples/data/reflection.train.jsonl", "out/recipes/model");
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        TrainingData data = TrainingData.Load([samples], tokenizer);
        FineTuningOptions options = new()
        {
            OutputDirectory = output,
            OverwriteOutputDirectory = true,
            LearningRate = 1e-2,
            MaxSteps = 6,
            SaveSteps = 3,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 1,
        };
        using (OneLayerDecoder fresh = OneLayerDecoder.Create(tokenizer, width: 32, seed: 1))
        {
            // Leaving a stream stops the run, with a checkpoint of the last whole step.
            await foreach (TrainingProgress step in new ReflectionFineTuner(fresh, tokenizer, options).StreamAsync(data))
            {
                Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}");
                if (step.Step == 3)
                {
                    break;
                }
            }
        }

        TrainingCheckpoint checkpoint = TrainingCheckpoint.FindLatest(output)!;
        Console.WriteLine($"stopped after step {checkpoint.Step}");
        using (OneLayerDecoder loaded = OneLayerDecoder.Load(checkpoint.Directory))
        {
            FineTuningOptions rest = options with { OverwriteOutputDirectory = false, Resume = true };
            await foreach (TrainingProgress step in new ReflectionFineTuner(loaded, tokenizer, rest).StreamAsync(data))
            {
                Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}");
            }
        }

        using OneLayerDecoder trained = OneLayerDecoder.Load(output);
        Console.WriteLine($"stops at {string.Join(", ", trained.GenerationConfig!.EosTokenIds)}");
        using TextGenerator generator = new(trained, tokenizer, new GenerationOptions { MaxNewTokens = 40 });
        Console.WriteLine(await generator.GenerateAsync("Write a Python function `double(x)` that returns twice `x`.", "```python\n"));
    }
}

/// <summary>Tied embeddings, positions from a table, one layer of causal attention with one head.</summary>
internal sealed class OneLayerDecoder : ICausalLanguageModel
{
    private const string ConfigFile = "config.json"; // the name that makes a folder a model: a save puts it in place last
    private const int MostPositions = 4096;

    private readonly OrderedDictionary<string, Tensor> weights = [];

    private OneLayerDecoder(Sizes sizes, IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        foreach ((string name, Tensor weight) in weights)
        {
            this.weights.Add(name, weight.requires_grad_(true));
        }

        (VocabularySize, HiddenSize) = (sizes.Vocabulary, sizes.Width);
    }

    public int VocabularySize { get; }

    public int HiddenSize { get; }

    /// <summary>The table has no row beyond: longer samples and prompts are refused.</summary>
    public int? PositionLimit => MostPositions;

    public Device Device => OutputWeight.device;

    public IReadOnlyDictionary<string, Tensor> Parameters => weights;

    public Tensor OutputWeight => weights["tokens"];

    /// <summary>Where its answers end; what is saved lists the template's ends, too.</summary>
    public GenerationConfig? GenerationConfig { get; private init; }

    public static OneLayerDecoder Create(CodeTokenizer tokenizer, int width, long seed)
    {
        Sizes sizes = new(tokenizer.VocabularySize, width);
        using Generator generator = new((ulong)seed, CPU);
        return new OneLayerDecoder(
            sizes,
            new Dictionary<string, Tensor>
            {
                ["tokens"] = Draw(sizes.Vocabulary, width),
                ["positions"] = Draw(MostPositions, width),
                ["query"] = Draw(width, width),
                ["key"] = Draw(width, width),
                ["value"] = Draw(width, width),
            }
        )
        {
            GenerationConfig = new GenerationConfig { EosTokenIds = [tokenizer.EosTokenId] },
        };

        Tensor Draw(long rows, long columns) => randn([rows, columns], generator: generator).mul_(0.1).DetachFromDisposeScope();
    }

    /// <summary>Reads a checkpoint or a final save.</summary>
    public static OneLayerDecoder Load(string directory)
    {
        // The weights first: reading them finishes a save that was cut off.
        IReadOnlyDictionary<string, Tensor> saved = SafetensorsFile.ReadFolder(directory);
        Sizes sizes = JsonSerializer.Deserialize<Sizes>(File.ReadAllText(Path.Combine(directory, ConfigFile)))!;
        return new OneLayerDecoder(sizes, saved)
        {
            GenerationConfig = GenerationConfig.Parse(File.ReadAllText(Path.Combine(directory, "generation_config.json"))),
        };
    }

    public void SaveConfiguration(string directory) =>
        File.WriteAllText(Path.Combine(directory, ConfigFile), JsonSerializer.Serialize(new Sizes(VocabularySize, HiddenSize)));

    /// <summary>Rows lie end to end, [N, H]; attention stays inside each.</summary>
    public Tensor Forward(ModelInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = weights["tokens"].index_select(0, input.TokenIds).add(weights["positions"].index_select(0, input.PositionIds));
        List<Tensor> rows = [];
        long start = 0;
        foreach (int length in input.RowLengths)
        {
            Tensor row = hidden.narrow(0, start, length).unsqueeze(0);
            rows.Add(
                nn.functional.scaled_dot_product_attention(
                        row.matmul(weights["query"]),
                        row.matmul(weights["key"]),
                        row.matmul(weights["value"]),
                        is_casual: true
                    )
                    .squeeze(0)
            );
            start += length;
        }

        return hidden.add(cat(rows, 0)).tanh().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor weight in weights.Values)
        {
            weight.Dispose();
        }
    }

    private sealed record Sizes(int Vocabulary, int Width);
}
