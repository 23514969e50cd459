using System.Diagnostics;
using ReflectionCoder.Evaluation;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>Measures a model: it answers the held-out tasks, greedily and in one go, and final codes' likelihoods are taken.</summary>
internal sealed class ModelMeasuring(
    StudySettings settings,
    StudyData data,
    ICodeSandbox sandbox,
    Likelihoods likelihoods,
    TorchThread thread
)
{
    private const string Nll = "eval_nll";

    private readonly TaskKinds kinds = TaskKinds.Of(data.TrainingTasks.Select(task => task.TaskId));

    /// <summary>Measures the model of a folder.</summary>
    /// <returns>The numbers, and where the model computed.</returns>
    /// <exception cref="SandboxUnavailableException">Answers could not be judged, which says nothing about the model.</exception>
    public async Task<(Measurement Measured, string Device)> MeasureAsync(string directory, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        using PretrainedModel pretrained = PretrainedModel.Load(
            new PretrainedModelOptions { Directory = directory, Device = settings.Device },
            cancellationToken: stop
        );
        TrainingData samples = data.HeldOut(pretrained.Tokenizer);
        OtherTasks[] rated = [.. data.Others.Where(others => others.Answers.Count > 0)];
        IReadOnlyList<IReadOnlyDictionary<string, double>> taken = await likelihoods.TakeAsync(
            pretrained,
            samples,
            [
                .. rated
                    .Select(others => TrainingData.FromConversations(others.Answers, pretrained.Tokenizer))
                    .Prepend(samples)
                    .Select(measured => new EvaluationCallback(measured, pretrained.Tokenizer)),
            ],
            stop
        );
        (IReadOnlyDictionary<string, bool> passed, int unanswered) = await AnswerAsync(pretrained, data.Problems, stop);
        var nlls = rated.Zip(taken.Skip(1)).ToDictionary(pair => pair.First.Name, pair => Find(pair.Second, Nll));
        Dictionary<string, OtherMeasurement> others = [];
        foreach (OtherTasks tasks in data.Others)
        {
            (IReadOnlyDictionary<string, bool> solved, _) = await AnswerAsync(pretrained, tasks.Problems, stop);
            others[tasks.Name] = new OtherMeasurement(nlls.GetValueOrDefault(tasks.Name), solved);
        }

        Measurement measured = new(
            (double)passed.Count(task => task.Value) / passed.Count,
            passed
                .GroupBy(task => kinds.Of(task.Key), StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => new KindScore(group.Count(), group.Count(task => task.Value))),
            Find(taken[0], Nll),
            Find(taken[0], "eval_nll_per_sample"),
            Find(taken[0], "eval_teacher_nll"),
            samples.Samples.Count,
            unanswered,
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3),
            passed
        )
        {
            LongestTraining = kinds.LongestTraining,
            Others = others.Count > 0 ? others : null,
        };
        return (measured, pretrained.Model.Device.ToString());

        static double? Find(IReadOnlyDictionary<string, double> numbers, string name) =>
            numbers.TryGetValue(name, out double value) ? value : null;
    }

    private async Task<(IReadOnlyDictionary<string, bool> Passed, int Unanswered)> AnswerAsync(
        PretrainedModel pretrained,
        IReadOnlyList<EvaluationProblem> problems,
        CancellationToken stop
    )
    {
        // First all answers, then all tests, so that tests and torch don't compete for the processors and no test runs into its time limit.
        GenerationOptions generation = new() { MaxNewTokens = settings.MaxNewTokens, BatchSize = Answering.BatchSize };
        ProblemAnswer[] answers;
        using (TextGenerator generator = new(pretrained.Model, pretrained.Tokenizer, generation, thread))
        {
            answers = await Answering.AnswerAsync(generator, [.. problems.Select((problem, i) => (problem, (long)i))], stop);
        }

        Completion[] completions = [.. problems.Zip(answers, (problem, answer) => new Completion(problem.TaskId, 0, answer.Program))];
        Evaluator evaluator = new(sandbox, new EvaluatorOptions { MaxConcurrency = settings.Threads });
        SortedDictionary<string, bool> passed = new(StringComparer.Ordinal);
        await foreach (EvaluationResult result in evaluator.EvaluateAsync(problems, completions, null, stop))
        {
            if (result.Outcome is SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing)
            {
                throw new SandboxUnavailableException($"The answer to {result.TaskId} could not be judged: {result.Details}");
            }

            passed[result.TaskId] = result.Passed;
        }

        return (passed, answers.Count(answer => answer.Failed));
    }
}
