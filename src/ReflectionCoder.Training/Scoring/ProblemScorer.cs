using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Scoring;

/// <summary>Lets a model answer problems and tests the answers. Call it on the thread that runs torch; it blocks.</summary>
/// <param name="problems">The problems, at least one.</param>
/// <param name="sandbox">Runs the answers.</param>
/// <param name="tokenizer">The models' tokenizer.</param>
/// <param name="generation">How answers are written.</param>
/// <param name="evaluation">How answers are tested.</param>
internal sealed class ProblemScorer(
    IReadOnlyList<EvaluationProblem> problems,
    ICodeSandbox sandbox,
    CodeTokenizer tokenizer,
    GenerationOptions generation,
    EvaluatorOptions evaluation
)
{
    private readonly Evaluator evaluator = new(sandbox, evaluation);

    /// <summary>Hash of everything that decides a score beside the model and the machine. Equal for comparable scores.</summary>
    public string Measure { get; } = Describe(problems, generation, evaluation);

    /// <summary>Tests an empty answer in each language of the problems, to learn whether answers can be tested at all.</summary>
    /// <exception cref="SandboxUnavailableException">They can't.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public void RequireSandbox(CancellationToken cancellationToken)
    {
        foreach (IProblemTests tests in problems.Select(problem => problem.Tests).DistinctBy(tests => tests.Language))
        {
            Verdict verdict = Wait(() => tests.JudgeAsync("", sandbox, evaluation.Limits ?? tests.DefaultLimits, cancellationToken));
            if (NotRun.Is(verdict.Outcome))
            {
                throw new SandboxUnavailableException(
                    $"The sandbox can't test answers in {tests.Language}, so the model can't be evaluated during training: "
                        + verdict.Details
                );
            }
        }
    }

    /// <summary>Lets a model answer all problems, and tests the answers.</summary>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs any more.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; programs that ran are dead.</exception>
    public ProblemScore Score(ICausalLanguageModel model, CancellationToken cancellationToken)
    {
        // First all answers, then all tests. So torch runs on this thread alone, and tests don't compete with it for the processors, which
        // could let them run into their time limits.
        WrittenAnswers answers = Write(model, cancellationToken);
        return ProblemScore.Of(problems, Wait(() => TestAsync(answers, cancellationToken)));
    }

    private WrittenAnswers Write(ICausalLanguageModel model, CancellationToken cancellationToken)
    {
        // The evaluator will number its requests in the same way. Samples of a problem follow each other: their prompt is read once.
        CodeRequest[] requests =
        [
            .. from indexed in problems.Index()
            from sample in Enumerable.Range(0, evaluation.SamplesPerTask)
            select new CodeRequest(indexed.Item.Instruction, indexed.Item.AnswerPrefix)
            {
                Index = ((long)sample * problems.Count) + indexed.Index,
            },
        ];
        using TextGenerator generator = new(model, tokenizer, generation);
        return new WrittenAnswers(
            generator.AnswerBatch(requests, cancellationToken).ToDictionary(answer => requests[answer.Request].Index)
        );
    }

    private async Task<IReadOnlyList<EvaluationResult>> TestAsync(WrittenAnswers answers, CancellationToken cancellationToken) =>
        await evaluator
            .EvaluateAsync(problems, answers, cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Waits on the calling thread for work that runs in the pool, so that no continuation can need the blocked thread.</summary>
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static string Describe(IReadOnlyList<EvaluationProblem> problems, GenerationOptions generation, EvaluatorOptions evaluation)
    {
        // How many answers are written side by side changes nothing but rounding. Lists have no text of their own.
        GenerationOptions chosen = generation with
        {
            BatchSize = 1,
            StopStrings = [],
            StopTokenIds = [],
        };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add([chosen.ToString(), .. generation.StopStrings, .. generation.StopTokenIds.Order().Select(id => $"{id}")]);
        Add([$"{evaluation.SamplesPerTask}", evaluation.Limits?.ToString() ?? ""]);
        foreach (EvaluationProblem problem in problems)
        {
            Add([problem.TaskId, problem.Instruction, problem.AnswerPrefix, (evaluation.Extractor ?? problem.Extractor).Name]);
            Add(problem.Tests.Identity);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));

        // Each text after its length, so that the parts can be told apart.
        void Add(IReadOnlyList<string> texts)
        {
            foreach (byte[] bytes in texts.Select(Encoding.UTF8.GetBytes))
            {
                hash.AppendData(BitConverter.GetBytes(bytes.Length));
                hash.AppendData(bytes);
            }
        }
    }
}
