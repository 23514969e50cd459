using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Files;
using ReflectionCoder.Generation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Scoring;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>The callback that lets the model solve problems, with the sandbox that runs the answers.</summary>
internal sealed class TaskEvaluation : IDisposable
{
    private readonly IDisposable sandbox;

    private TaskEvaluation(IDisposable sandbox, CodeEvaluationCallback callback) => (this.sandbox, Callback) = (sandbox, callback);

    public CodeEvaluationCallback Callback { get; }

    public static async Task<TaskEvaluation> OpenAsync(TaskSettings settings, CodeTokenizer tokenizer, CancellationToken cancellation)
    {
        CodeEvaluationCallbackOptions options = new()
        {
            Problems =
            [
                .. (await EvaluationBenchmarks.Find(settings.Benchmark).ReadAsync(settings.Problems, cancellation)).Where(problem =>
                    settings.Split is null || problem.Split == settings.Split
                ),
            ],
            EverySteps = settings.EverySteps,
            MaxProblems = settings.MaxProblems,
            Generation = new GenerationOptions { MaxNewTokens = settings.MaxNewTokens },
        };
        if (options.Problems.Count == 0)
        {
            throw new DataFormatException(settings.Problems, 0, $"has no problem of the part '{settings.Split}'");
        }

        IDisposable opened = await SandboxChoice.OpenAsync(settings.Unisolated, options.Evaluator.MaxConcurrency, cancellation);
        try
        {
            return new TaskEvaluation(opened, new CodeEvaluationCallback((ICodeSandbox)opened, tokenizer, options));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Dispose() => sandbox.Dispose();
}
