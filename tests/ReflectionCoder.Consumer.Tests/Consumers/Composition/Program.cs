using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

// A host that composes its own mask strategy, mask-rate schedule and loss term; trains, generates, evaluates.
string config = args[0],
    samples = args[1],
    tasks = args[2],
    output = args[3];

CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
using CausalLanguageModel model = CausalLanguageModel.Create(ModelConfig.Load(config), CPU, ScalarType.Float32, seed: 1);
TailMask strategy = new();
HiddenPenaltyLoss loss = new(DistillationLosses.Chunked(), weight: 0.01);
ReflectionFineTuner tuner = new(
    model,
    tokenizer,
    new FineTuningOptions
    {
        OutputDirectory = output,
        MaxSteps = 20,
        PerDeviceTrainBatchSize = 2,
        GradientAccumulationSteps = 1,
        LearningRate = 1e-3,
        Threads = 1,
        MaskStrategies = [strategy],
        MaskRateSchedule = new SquareRootSchedule(),
        Loss = loss,
    }
);
List<TrainingProgress> steps = [];
FineTuningResult result = await tuner.TrainAsync(TrainingData.Load([samples], tokenizer), new Recorder(steps));
Console.WriteLine($"steps {result.Steps}");
Console.WriteLine($"rates {string.Join(' ', steps.Select(step => step.MaskRate?.ToString("F3")))}");
Console.WriteLine($"cross entropy {steps[0].CrossEntropy:F3} {steps[^1].CrossEntropy:F3}");
Console.WriteLine($"strategy calls {strategy.Calls}");
Console.WriteLine($"penalty of the last step {steps[^1].LossTerms["hidden_penalty"]:E3}");
Console.WriteLine($"loss calls {loss.Calls}, penalty {loss.LastPenalty:E3}");
Console.WriteLine($"saved {File.Exists(Path.Combine(output, "model.safetensors"))}");

using TextGenerator generator = new(model, tokenizer, new GenerationOptions { MaxNewTokens = 16 });
IReadOnlyList<EvaluationProblem> all = await EvaluationBenchmarks.Tasks.ReadAsync(tasks);
EvaluationProblem[] problems = [.. all.Where(problem => problem.Split == "held_out").Take(2)];
Console.WriteLine($"answer {(await generator.GenerateAsync(problems[0].Instruction, problems[0].AnswerPrefix)).Length}");

try
{
    using BubblewrapSandbox sandbox = new();
    Evaluator evaluator = new(sandbox);
    List<EvaluationResult> answers = [];
    await foreach (EvaluationResult answer in evaluator.EvaluateAsync(problems, generator))
    {
        answers.Add(answer);
    }

    Completion[] solutions = [.. problems.Select(problem => new Completion(problem.TaskId, 0, problem.ReferenceSolution!))];
    List<EvaluationResult> known = [];
    await foreach (EvaluationResult solution in evaluator.EvaluateAsync(problems, solutions))
    {
        known.Add(solution);
    }

    Console.WriteLine(
        $"evaluated {answers.Count} answers; pass@1 of the solutions {EvaluationReport.Create(problems, known).PassAt1.Value:F1}"
    );
}
catch (SandboxUnavailableException e)
{
    Console.WriteLine($"no sandbox: {e.Message}");
}

/// <summary>Hides the last share of the reflection.</summary>
internal sealed class TailMask : IMaskStrategy
{
    public int Calls { get; private set; }

    public string Name => "tail";

    public string Identity => "tail";

    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        Calls++;
        int hidden = (int)Math.Ceiling(reflection.Length * maskRate);
        visible[(reflection.Length - hidden)..].Clear();
    }
}

/// <summary>Fast at first, slower later.</summary>
internal sealed class SquareRootSchedule : IMaskRateSchedule
{
    public string Identity => "square-root";

    public double GetRate(long globalStep, long maxSteps) => Math.Sqrt((globalStep + 1.0) / maxSteps);
}

/// <summary>The paper's loss and a penalty on large hidden states.</summary>
internal sealed class HiddenPenaltyLoss(IDistillationLoss inner, double weight) : IDistillationLoss
{
    public int Calls { get; private set; }

    public double LastPenalty { get; private set; }

    public string Identity => FormattableString.Invariant($"{inner.Identity} + hidden penalty({weight})");

    public DistillationLoss Compute(DistillationInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        DistillationLoss loss = inner.Compute(input);
        Tensor penalty = input.Hidden.pow(2).mean();
        Calls++;
        LastPenalty = weight * penalty.detach().item<float>();
        return new DistillationLoss(
            loss.Total.add(penalty.mul(weight)).MoveToOuterDisposeScope(),
            [.. loss.Terms, new LossTerm("hidden_penalty", penalty.detach().item<float>(), weight)]
        );
    }
}

/// <summary>Keeps every report, in order.</summary>
internal sealed class Recorder(List<TrainingProgress> steps) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => steps.Add(value);
}
