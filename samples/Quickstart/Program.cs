using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;

// A Hugging Face folder, a JSONL file of samples, where the result goes.
(string folder, string samples, string output) = (args[0], args[1], args[2]);

using var pretrained = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder });
var data = TrainingData.Load([samples], pretrained.Tokenizer);
var options = new FineTuningOptions
{
    OutputDirectory = output,
    MaxSteps = 20,
    PerDeviceTrainBatchSize = 2,
    GradientAccumulationSteps = 1,
};
await foreach (var step in new ReflectionFineTuner(pretrained.Model, pretrained.Tokenizer, options).StreamAsync(data))
{
    Console.WriteLine($"step {step.Step}: loss {step.Loss:F3}, mask rate {step.MaskRate:F2}");
}

using var generator = new TextGenerator(pretrained.Model, pretrained.Tokenizer, new GenerationOptions { MaxNewTokens = 40 });
Console.WriteLine(await generator.GenerateAsync("Write a Python function `double(x)` that returns twice `x`."));
