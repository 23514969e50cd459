using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>Trains a tiny decoder for a few steps with a mask strategy that the library doesn't have.</summary>
internal static class OwnMaskStrategy
{
    public static async Task RunAsync(string[] args)
    {
        (string config, string samples, string output) = args is [{ } first, { } second, { } third]
            ? (first, second, third)
            : ("samples/configs/tiny-llama.json", "samples/data/reflection.train.jsonl", "out/recipes/mask-strategy");
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        using CausalLanguageModel model = CausalLanguageModel.Create(ModelConfig.Load(config), seed: 1);
        ReflectionFineTuner tuner = new(
            model,
            tokenizer,
            new FineTuningOptions
            {
                OutputDirectory = output,
                OverwriteOutputDirectory = true,
                MaxSteps = 6,
                PerDeviceTrainBatchSize = 2,
                GradientAccumulationSteps = 1,
                MaskStrategies = [new AttemptMask(fromEnd: true)],
            }
        );
        await foreach (TrainingProgress step in tuner.StreamAsync(TrainingData.Load([samples], tokenizer)))
        {
            Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}, mask rate {step.MaskRate:F2}");
        }
    }
}

/// <summary>Hides whole attempts: what was thought, written and printed in one go.</summary>
/// <param name="fromEnd">Whether the last attempt vanishes first instead of the first.</param>
internal sealed class AttemptMask(bool fromEnd) : IMaskStrategy
{
    public string Name => "attempt";

    public string Identity => $"{Name}({(fromEnd ? "from the end" : "from the start")})"; // a resumed run must have the same

    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        List<Range> attempts = [];
        int start = 0;
        foreach (TokenSpan block in reflection.Blocks)
        {
            int end = block.Start + block.Length;
            if (block.Type == BlockType.Execution || end == reflection.Length)
            {
                attempts.Add(start..end);
                start = end;
            }
        }

        if (fromEnd)
        {
            attempts.Reverse();
        }

        foreach (Range attempt in attempts.Take((int)Math.Ceiling(attempts.Count * maskRate)))
        {
            visible[attempt].Clear();
        }
    }
}
