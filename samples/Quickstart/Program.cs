using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

string config = args[0], samples = args[1], output = args[2]; // a config.json (or its folder), a JSONL file, where the result goes

var tokenizer = CodeTokenizer.CreateByteLevel();              // CodeTokenizer.Load(folder) for a model that has one
using var model = CausalLanguageModel.Create(ModelConfig.Load(config), CPU, ScalarType.Float32, seed: 1); // or ModelFolder.Load(folder, …)
var data = TrainingData.Load([samples], tokenizer);

var tuner = new ReflectionFineTuner(model, tokenizer, new FineTuningOptions
{
    OutputDirectory = output,
    MaxSteps = 20,
    PerDeviceTrainBatchSize = 2,
    GradientAccumulationSteps = 1,
    MaskStrategies = [new BlockTypeMask(), new RandomTokenMask()],
    MaskRateSchedule = new LinearMaskRateSchedule(),
});
var result = await tuner.TrainAsync(data, new Progress<TrainingProgress>(p => Console.WriteLine($"step {p.Step}: loss {p.Loss:F3}, mask rate {p.MaskRate:F2}")));

using var generator = new TextGenerator(model, tokenizer, new GenerationOptions { MaxNewTokens = 40 });
Console.WriteLine(await generator.GenerateAsync("Write a Python function `double(x)` that returns twice `x`.", "```python\n"));
Console.WriteLine($"{result.Steps} steps; the model lies in {result.OutputDirectory}");
