using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>
/// Trains two steps of a family that the library doesn't have, from a fresh tiny configuration, and loads what was saved.
/// </summary>
internal static class OwnFamily
{
    /// <summary>Like Llama, but embeddings are tied unless the file says otherwise, and <c>logit_scale</c> multiplies the logits.</summary>
    private static readonly ModelFamily ScaledLlama = ModelFamily.Llama with
    {
        ModelType = "scaled_llama",
        Name = "ScaledLlama",
        DefaultTieWordEmbeddings = true,
        Numbers =
        [
            new FamilyNumber(
                "logit_scale",
                Default: 0.0625,
                Get: config => config.LogitScale,
                Set: (config, value) => config with { LogitScale = value ?? 1 }
            ),
        ],
    };

    private const string Configuration = """
        {
          "model_type": "scaled_llama", "logit_scale": 0.5, "vocab_size": 320, "hidden_size": 64, "intermediate_size": 176,
          "num_hidden_layers": 2, "num_attention_heads": 4, "initializer_range": 0.1
        }
        """;

    public static async Task RunAsync(string[] args)
    {
        (string samples, string output) = args is [{ } first, { } second]
            ? (first, second)
            : ("samples/data/reflection.train.jsonl", "out/recipes/family");
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        ModelConfig config = ModelConfig.Parse(Configuration, families: [ScaledLlama]);
        using CausalLanguageModel model = CausalLanguageModel.Create(config, seed: 1);
        ReflectionFineTuner tuner = new(
            model,
            tokenizer,
            new FineTuningOptions
            {
                OutputDirectory = output,
                OverwriteOutputDirectory = true,
                MaxSteps = 2,
                PerDeviceTrainBatchSize = 2,
                GradientAccumulationSteps = 1,
            }
        );
        await foreach (TrainingProgress step in tuner.StreamAsync(TrainingData.Load([samples], tokenizer)))
        {
            Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}");
        }

        PretrainedModelOptions options = new()
        {
            Directory = output,
            Device = "cpu",
            Families = [ScaledLlama],
        };
        using PretrainedModel saved = PretrainedModel.Load(options);
        Console.WriteLine($"saved and loaded: {saved.Model.Config.Family.Name}, logits times {saved.Model.Config.LogitScale}");
    }
}
