using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>Tests completions in a sandbox, several at once. It can continue an evaluation that was stopped. Thread-safe.</summary>
/// <remarks>
/// <para>Results come in the order in which the tests end. With a results file, each result is written to the file before it is
/// returned. Only one evaluation at a time may use a file.</para>
/// <para>Results that are already in the file are used again. A completion isn't tested again if everything that decides its verdict is the
/// same: code, tests, entry points, the program that runs them, the type of the sandbox, and the limits. An answer isn't generated again
/// if the instruction, the prefix and <see cref="EvaluatorOptions.Generator"/> are the same.</para>
/// <para>The sandbox and the generator belong to the caller, who disposes them.</para>
/// </remarks>
public sealed class Evaluator
{
    private readonly ICodeSandbox sandbox;
    private readonly EvaluatorOptions options;

    /// <summary>Creates the evaluator.</summary>
    /// <param name="sandbox">Runs the programs.</param>
    /// <param name="options">How completions are tested; copied. Null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    public Evaluator(ICodeSandbox sandbox, EvaluatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        this.sandbox = sandbox;
        this.options = (options ?? new EvaluatorOptions()) with { };
        this.options.Validate();
    }

    /// <summary>Tests completions.</summary>
    /// <param name="problems">The problems of the benchmark; their ids are unique.</param>
    /// <param name="completions">The completions to test. Each must answer one of the problems.</param>
    /// <param name="resultsPath">The results file (JSONL); created if it doesn't exist. The default value is null: no file.</param>
    /// <param name="cancellationToken">Stops the evaluation; programs that run are killed.</param>
    /// <returns>A result for each completion. Leaving the enumeration early stops the evaluation.</returns>
    /// <exception cref="ArgumentException">A completion answers none of the problems.</exception>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs.</exception>
    /// <exception cref="DataFormatException">A line of the results file isn't a result.</exception>
    /// <exception cref="IOException">The results file can't be opened or written.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IAsyncEnumerable<EvaluationResult> EvaluateAsync(
        IReadOnlyList<EvaluationProblem> problems,
        IReadOnlyList<Completion> completions,
        string? resultsPath = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(completions);
        Dictionary<string, EvaluationProblem> byTaskId = problems.ToDictionary(problem => problem.TaskId);
        Work[] work =
        [
            .. completions.Select(completion =>
                byTaskId.TryGetValue(completion.TaskId, out EvaluationProblem? problem)
                    ? new Work(problem, completion.Sample, completion.Code)
                    : throw new ArgumentException(
                        $"A completion answers '{completion.TaskId}', which is not among the problems.",
                        nameof(completions)
                    )
            ),
        ];
        return RunAsync(_ => work.ToAsyncEnumerable(), resultsPath, cancellationToken);
    }

    /// <summary>Lets a generator answer the problems, and tests each answer as soon as it is there.</summary>
    /// <param name="problems">The problems of the benchmark; their ids are unique.</param>
    /// <param name="generator">Answers the problems' instructions.</param>
    /// <param name="resultsPath">
    /// The results file (JSONL); created if it doesn't exist. The default value is null: no file.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation; programs that run are killed.</param>
    /// <returns>
    /// A result for each problem and sample (<see cref="EvaluatorOptions.SamplesPerTask"/>). Leaving the enumeration early stops the
    /// evaluation.
    /// </returns>
    /// <exception cref="SandboxUnavailableException">The sandbox can't run programs.</exception>
    /// <exception cref="DataFormatException">A line of the results file isn't a result.</exception>
    /// <exception cref="IOException">The results file can't be opened or written.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public IAsyncEnumerable<EvaluationResult> EvaluateAsync(
        IReadOnlyList<EvaluationProblem> problems,
        ICodeGenerator generator,
        string? resultsPath = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(generator);
        return RunAsync(journal => GenerateAsync(problems, generator, journal, cancellationToken), resultsPath, cancellationToken);
    }

    private async IAsyncEnumerable<Work> GenerateAsync(
        IReadOnlyList<EvaluationProblem> problems,
        ICodeGenerator generator,
        ResultJournal journal,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        List<(EvaluationProblem Problem, int Sample)> asked = [];
        List<CodeRequest> requests = [];
        foreach ((int index, EvaluationProblem problem) in problems.Index())
        {
            string request = RequestFingerprint(problem);

            // The samples of a problem follow each other, so that a generator can process their prompt once for all of them.
            for (int sample = 0; sample < options.SamplesPerTask; sample++)
            {
                if (journal.Find(problem.TaskId, sample) is { } known && known.RequestFingerprint == request)
                {
                    yield return new Work(problem, sample, known.Completion) { Request = request };
                    continue;
                }

                // The index doesn't depend on which answers are known already. So a continued evaluation draws the same samples.
                asked.Add((problem, sample));
                requests.Add(
                    new CodeRequest(problem.Instruction, problem.AnswerPrefix) { Index = ((long)sample * problems.Count) + index }
                );
            }
        }

        if (requests.Count == 0)
        {
            yield break;
        }

        await foreach (CodeAnswer answer in generator.GenerateBatchAsync(requests, cancellationToken).ConfigureAwait(false))
        {
            (EvaluationProblem problem, int sample) = asked[answer.Request];
            yield return new Work(problem, sample, ExtractorOf(problem).Extract(answer.Text, problem))
            {
                Request = RequestFingerprint(problem),
                Error = answer.Error,
            };
        }
    }

    private async IAsyncEnumerable<EvaluationResult> RunAsync(
        Func<ResultJournal, IAsyncEnumerable<Work>> getWork,
        string? resultsPath,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ResultJournal journal = await ResultJournal.OpenAsync(resultsPath, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable journalScope = journal.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var finished = Channel.CreateUnbounded<(EvaluationResult Result, bool IsNew)>(new UnboundedChannelOptions { SingleReader = true });
        Task running = TestAllAsync(getWork(journal), journal, finished.Writer, stop.Token);
        try
        {
            await foreach ((EvaluationResult result, bool isNew) in finished.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (isNew)
                {
                    await journal.AppendAsync(result, cancellationToken).ConfigureAwait(false);
                }

                yield return result;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TestAllAsync(
        IAsyncEnumerable<Work> work,
        ResultJournal journal,
        ChannelWriter<(EvaluationResult Result, bool IsNew)> finished,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrency, CancellationToken = cancellationToken };
            await Parallel
                .ForEachAsync(
                    work,
                    parallel,
                    async (item, token) =>
                    {
                        string fingerprint = Fingerprint(item.Problem.Tests, item.Code, LimitsOf(item.Problem), sandbox.GetType());
                        EvaluationResult? known = journal.Find(item.Problem.TaskId, item.Sample);
                        finished.TryWrite(
                            known?.Fingerprint != fingerprint || !known.IsVerdict
                                ? (await TestAsync(item, fingerprint, token).ConfigureAwait(false), true)
                            : item.Request is null || item.Request == known.RequestFingerprint ? (known, false)
                            : (known with { RequestFingerprint = item.Request }, true)
                        ); // another request, but the same code: the verdict still holds
                    }
                )
                .ConfigureAwait(false);
            finished.Complete();
        }
#pragma warning disable CA1031 // handed to the reader
        catch (Exception exception)
#pragma warning restore CA1031
        {
            finished.Complete(exception);
        }
    }

    private async Task<EvaluationResult> TestAsync(Work work, string fingerprint, CancellationToken cancellationToken)
    {
        Verdict verdict = work.Error is { } error
            ? new Verdict { Outcome = SandboxOutcome.Failed, Details = error }
            : await work.Problem.Tests.JudgeAsync(work.Code, sandbox, LimitsOf(work.Problem), cancellationToken).ConfigureAwait(false);
        return new EvaluationResult
        {
            TaskId = work.Problem.TaskId,
            Sample = work.Sample,
            Passed = verdict.Passed,
            BasePassed = verdict.BasePassed,
            OneProcess = verdict.OneProcess,
            Outcome = verdict.Outcome,
            Error = verdict.Error,
            Details = verdict.Details,
            Expected = verdict.Expected,
            Actual = verdict.Actual,
            WallSeconds = Math.Round(verdict.WallTime.TotalSeconds, 3),
            Completion = work.Code,
            Fingerprint = fingerprint,
            RequestFingerprint = work.Request,
        };
    }

    private SandboxLimits LimitsOf(EvaluationProblem problem) => options.Limits ?? problem.Tests.DefaultLimits;

    private IAnswerExtractor ExtractorOf(EvaluationProblem problem) => options.Extractor ?? problem.Extractor;

    /// <summary>
    /// Hashes everything that decides the verdict. The limits' ToString holds every property, so one that is added later can't be
    /// forgotten.
    /// </summary>
    internal static string Fingerprint(IProblemTests tests, string code, SandboxLimits limits, Type sandbox) =>
        Hash([.. tests.Identity, tests.Language, code, limits.ToString(), sandbox.FullName ?? sandbox.Name]);

    /// <summary>Hashes everything that decides a generated completion: the generator, its prompt and how code is extracted.</summary>
    private string RequestFingerprint(EvaluationProblem problem) =>
        Hash([
            options.Generator,
            problem.Instruction,
            problem.AnswerPrefix,
            ExtractorOf(problem).Name,
            problem.Tests.Language,
            string.Join(' ', problem.Tests.EntryPoints),
        ]);

    /// <summary>Hashes texts, each after its length, so that the parts can be told apart.</summary>
    private static string Hash(IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private readonly record struct Work(EvaluationProblem Problem, int Sample, string Code)
    {
        /// <summary>Fingerprint of the request to the generator; null for a completion that was given.</summary>
        public string? Request { get; init; }

        /// <summary>Why the generator gave no answer; null if it did.</summary>
        public string? Error { get; init; }
    }
}
