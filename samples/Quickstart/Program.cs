using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

string config = args[0], samples = args[1], output = args[2]; // a config.json (or its folder), a JSONL file, where the result goes

var tokenizer = CodeTokenizer.CreateByteLevel();
using var model = CausalLanguageModel.Create(ModelConfig.Load(config), seed: 1); // or PretrainedModel.Load(…)
var data = TrainingData.Load([samples], tokenizer);

var tuner = new ReflectionFineTuner(model, tokenizer, new FineTuningOptions
{
    OutputDirectory = output,
    MaxSteps = 20,
    PerDeviceTrainBatchSize = 2,
    GradientAccumulationSteps = 1,
    MaskStrategies = [new BlockTypeMask(), new RandomTokenMask()],
    MaskRateSchedule = new LateMaskRateSchedule(),
});
await foreach (TrainingProgress step in tuner.StreamAsync(data))
{
    Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}, mask rate {step.MaskRate:F2}");
}

using var generator = new TextGenerator(model, tokenizer, new GenerationOptions { MaxNewTokens = 40 });
Console.WriteLine(await generator.GenerateAsync("Write a Python function `double(x)` that returns twice `x`.", "```python\n"));

/// <summary>A schedule of one's own: little is hidden for long.</summary>
internal sealed class LateMaskRateSchedule : IMaskRateSchedule
{
    public string Identity => "late"; // a resumed run must have the same

    public double GetRate(long globalStep, long maxSteps) => Math.Pow((globalStep + 1.0) / maxSteps, 2);
}
