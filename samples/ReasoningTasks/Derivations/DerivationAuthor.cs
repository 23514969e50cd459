using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>
/// Writes reflection sequences without a model: breaks the task's derivation by one or two mistakes, has each attempt verified, and
/// corrects what the verifier found, until the derivation holds.
/// </summary>
/// <param name="sandbox">The verifier.</param>
/// <param name="seed">Equal seeds give equal sequences.</param>
internal sealed class DerivationAuthor(ICodeSandbox sandbox, long seed) : IReflectionAuthor
{
    private const int Trials = 30;
    private const double TwoMistakesShare = 0.25;

    /// <inheritdoc/>
    public string Identity => $"derivations 1; seed {seed}";

    /// <inheritdoc/>
    public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
    {
        if (
            task.Solution is null
            || DerivationStep.Read(task.Solution) is not { } steps
            || DerivationChecks.Read(task.Asserts) is not { } checks
        )
        {
            return Rejected("SolutionUnreadable", []);
        }

        SeededRandom random = new(SeedOf(task.TaskId, variant));
        TaskRunner runner = new(sandbox, task);
        TaskExecution right = await runner.RunAsync(task.Solution, cancellationToken);
        if (right.Result.Outcome is SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing)
        {
            return Rejected("NotRun", []) with { IsTransient = true, Detail = right.Result.Message };
        }

        if (!right.Passed)
        {
            return Rejected("SolutionFailed", []) with { Detail = right.Output };
        }

        IReadOnlyList<IReadOnlyList<Mistake>> kinds = new MistakeFinder(steps, checks.Given).Kinds(random);
        Dictionary<string, int> rejections = [];
        for (int trial = 0; trial < Trials; trial++)
        {
            IReadOnlyList<Mistake> mistakes = Draw(kinds, random);
            (List<Block>? attempts, string problem) = await CorrectAsync(
                runner,
                steps,
                mistakes,
                new AuthorWording(random),
                cancellationToken
            );
            if (attempts is null)
            {
                rejections[problem] = rejections.GetValueOrDefault(problem) + 1;
                continue;
            }

            Conversation conversation = Compose(task, [.. attempts, .. right.Blocks], new AuthorWording(random));
            IReadOnlyList<string> faults = await runner.FindFaultsAsync(conversation, cancellationToken);
            return faults.Count > 0
                ? Rejected("Malformed", rejections) with
                {
                    Detail = string.Join(' ', faults),
                }
                : new ReflectionDraft(conversation)
                {
                    Mistakes = [.. mistakes.Select(mistake => mistake.Kind)],
                    Key = Mistake.Write(steps, mistakes),
                    Rejections = rejections,
                };
        }

        return Rejected(rejections.MaxBy(pair => pair.Value).Key, rejections);
    }

    private static IReadOnlyList<Mistake> Draw(IReadOnlyList<IReadOnlyList<Mistake>> kinds, SeededRandom random)
    {
        Mistake first = random.Pick(random.Pick(kinds));
        Mistake second = random.Pick(random.Pick(kinds));
        bool areTwo = random.Chance(TwoMistakesShare) && first.IsWithinLine && second.IsWithinLine && first.Step != second.Step;
        return areTwo ? [first, second] : [first];
    }

    /// <summary>Attempts with their runs and what is said of them, up to the last mistake's repair.</summary>
    /// <returns>The blocks; null with a reason where the verifier doesn't show a mistake.</returns>
    private static async Task<(List<Block>? Attempts, string Problem)> CorrectAsync(
        TaskRunner runner,
        IReadOnlyList<DerivationStep> steps,
        IReadOnlyList<Mistake> mistakes,
        AuthorWording wording,
        CancellationToken cancellationToken
    )
    {
        List<Block> blocks = [new(BlockType.Text, wording.Plan())];
        List<Mistake> open = [.. mistakes];
        while (open.Count > 0)
        {
            TaskExecution execution = await runner.RunAsync(Mistake.Write(steps, open), cancellationToken);
            if (execution.Passed)
            {
                return (null, "TestsPassed");
            }

            // Of two mistakes, the one in the step that the verifier names is corrected first.
            var report = VerifierReport.Read(execution.Result.StandardError);
            if ((open.Count == 1 ? open[0] : open.Find(one => one.Step == report.Step)) is not { } found)
            {
                return (null, "MistakesNotSeparable");
            }

            blocks.AddRange(execution.Blocks);
            blocks.Add(new Block(BlockType.Text, wording.Reflect(report, found)));
            _ = open.Remove(found);
        }

        return (blocks, "");
    }

    private static Conversation Compose(ProgrammingTask task, IReadOnlyList<Block> attempts, AuthorWording wording) =>
        new(
            [
                PlainSample.Request(wording.Request(task.Instruction)),
                new Message(MessageRole.Assistant, attempts),
                PlainSample.Request(wording.LastRequest(task.Instruction)),
                PlainSample.Answer(task.Solution!, DerivationVerifier.LanguageName),
            ],
            SampleType.Reflection
        );

    private static ReflectionDraft Rejected(string reason, Dictionary<string, int> rejections) =>
        new(null) { Reason = reason, Rejections = rejections.Count > 0 ? rejections : new Dictionary<string, int> { [reason] = 1 } };

    /// <summary>FNV-1a over the id and the variant, with the author's seed.</summary>
    private long SeedOf(string taskId, int variant)
    {
        ulong hash = 14695981039346656037 ^ (ulong)seed;
        foreach (byte b in Encoding.UTF8.GetBytes($"{taskId}\n{variant}"))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return (long)hash;
    }
}
