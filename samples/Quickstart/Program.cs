using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;

string folder = args[0],
    samples = args[1],
    output = args[2]; // a Hugging Face folder, a JSONL file, where the result goes

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
