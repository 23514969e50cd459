using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Generation;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Scoring;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Scoring;

/// <summary>Problems whose verdicts are given beforehand, because what a tiny model writes is never right.</summary>
/// <param name="marks">For each evaluation, in order, the outcome of each problem; see <see cref="Read"/>.</param>
internal sealed class Exam(params string[] marks)
{
    /// <summary>Problems of an exam.</summary>
    public const int Problems = 4;

    private int judged = -1; // the first is the check before the run

    /// <summary>Called before each verdict with its number, from 0; -1 for the check before the run.</summary>
    public Action<int>? Before { get; init; }

    /// <summary>The answers of each evaluation.</summary>
    public List<string> Answers { get; } = [];

    /// <summary>Answers that a problem gets.</summary>
    public int Samples { get; init; } = 1;

    public IReadOnlyList<EvaluationProblem> List =>
        [
            .. Enumerable
                .Range(0, Problems)
                .Select(i => new EvaluationProblem
                {
                    TaskId = $"exam/{i}",
                    Instruction = $"Write f{i} that adds {i}.",
                    AnswerPrefix = "",
                    Extractor = new Whole(),
                    Tests = new Tests(this),
                }),
        ];

    public CodeEvaluationCallback Callback(Func<CodeEvaluationCallbackOptions, CodeEvaluationCallbackOptions>? change = null)
    {
        CodeEvaluationCallbackOptions options = new()
        {
            Problems = List,
            AtStart = false,
            AtEnd = false,
            EverySteps = 1,
            Generation = Generation,
            Evaluator = new EvaluatorOptions { MaxConcurrency = 1, SamplesPerTask = Samples },
        };
        return new CodeEvaluationCallback(new NoSandbox(), TinyRun.Tokenizer, change is null ? options : change(options));
    }

    public static GenerationOptions Generation => new() { MaxNewTokens = 6 };

    private static SandboxOutcome Read(char mark) =>
        mark switch
        {
            '+' => SandboxOutcome.Passed,
            '-' => SandboxOutcome.Failed,
            't' => SandboxOutcome.WallTimeExceeded,
            'c' => SandboxOutcome.CpuTimeExceeded,
            '?' => SandboxOutcome.SandboxFailure,
            _ => throw new ArgumentOutOfRangeException(nameof(mark), mark, null),
        };

    private Verdict Judge(string code, CancellationToken cancellationToken)
    {
        int number = judged++;
        Before?.Invoke(number);
        cancellationToken.ThrowIfCancellationRequested();
        if (number < 0)
        {
            return new Verdict { Outcome = SandboxOutcome.Failed };
        }

        Answers.Add(code);
        int each = Problems * Samples;
        return new Verdict { Outcome = Read(marks[number / each][number % each]) };
    }

    private sealed class Whole : IAnswerExtractor
    {
        public string Name => "whole";

        public string Extract(string answer) => answer;
    }

    private sealed class Tests(Exam exam) : IProblemTests
    {
        public string Language => "python";

        public SandboxLimits DefaultLimits => SandboxLimits.Default;

        public IReadOnlyList<string> Identity => ["exam"];

        public Task<Verdict> JudgeAsync(
            string code,
            ICodeSandbox sandbox,
            SandboxLimits limits,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                return Task.FromResult(exam.Judge(code, cancellationToken));
            }
            catch (OperationCanceledException exception)
            {
                return Task.FromException<Verdict>(exception);
            }
        }
    }

    private sealed class NoSandbox : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => throw new SandboxUnavailableException("No sandbox here.");
    }
}
