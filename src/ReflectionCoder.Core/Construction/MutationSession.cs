using System.Text;
using System.Text.RegularExpressions;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction;

/// <summary>Writes one sequence.</summary>
internal sealed partial class MutationSession
{
    /// <summary>How many times as often an operator is drawn if it fits only few programs.</summary>
    private const int RareWeight = 4;

    private readonly MutationAuthorOptions options;
    private readonly ProgrammingTask task;
    private readonly StableRandom random;
    private readonly CancellationToken cancellationToken;
    private readonly ReflectionWording wording;
    private readonly IMutableProgram source;
    private readonly TaskRunner runner;
    private readonly SortedDictionary<MutationRejection, int> rejections = [];

    public MutationSession(
        ICodeSandbox sandbox,
        MutationAuthorOptions options,
        ProgrammingTask task,
        IMutableProgram source,
        StableRandom random,
        CancellationToken cancellationToken
    )
    {
        this.options = options;
        this.task = task;
        this.random = random;
        this.cancellationToken = cancellationToken;
        wording = new ReflectionWording(random);
        this.source = source;
        runner = new TaskRunner(sandbox, task)
        {
            ShownCalls = random.Next(2),
            AnnouncesSuccess = random.Chance(0.5),
            Limits = options.Limits,
        };
    }

    public async Task<MutationDraft> ComposeAsync()
    {
        TaskExecution good = await RunAsync(source.Text).ConfigureAwait(false);
        if (!good.Passed)
        {
            Reject(MutationRejection.SolutionFailed);
            return new MutationDraft(null, [], rejections);
        }

        int wanted =
            random.Chance(options.SingleAttemptShare) ? 1
            : random.Chance(options.ThreeAttemptShare) ? 3
            : 2;
        int attempts = Math.Min(options.MaxAttempts, wanted);
        List<Attempt>? broken = attempts == 1 ? [] : await BreakAsync(attempts - 1).ConfigureAwait(false);
        if (broken is null)
        {
            return new MutationDraft(null, [], rejections);
        }

        Conversation conversation = Compose(broken, good);
        if (MutationAuthor.CountTokens(conversation) > options.MaxSequenceTokens)
        {
            Reject(MutationRejection.SequenceTooLong);
            return new MutationDraft(null, [], rejections);
        }

        return new MutationDraft(conversation, [.. broken.Select(attempt => attempt.Mutation)], rejections);
    }

    private Conversation Compose(List<Attempt> broken, TaskExecution good)
    {
        List<Block> blocks = [];
        string text = wording.Plan(source.Outline(task.EntryPoint));
        foreach (Attempt attempt in broken)
        {
            Add(text, attempt.Execution);
            text = wording.Reflection(attempt.Execution, attempt.Report, attempt.Mutation);
        }

        Add(text, good);
        return new Conversation(
            [
                MutationAuthor.Text(MessageRole.User, wording.ReflectionRequest(task)),
                new Message(MessageRole.Assistant, blocks),
                MutationAuthor.Text(MessageRole.User, wording.ReanswerRequest(task)),
                MutationAuthor.Text(MessageRole.Assistant, ReflectionWording.Answer(task)),
            ],
            SampleType.Reflection
        );

        void Add(string before, TaskExecution execution)
        {
            blocks.Add(new Block(BlockType.Text, before));
            blocks.AddRange(execution.Blocks);
        }
    }

    /// <summary>Finds broken programs: the first has all mistakes, and each further one has one mistake less.</summary>
    private async Task<List<Attempt>?> BreakAsync(int mistakes)
    {
        Attempt? single = null;
        foreach (Mutation mutation in Draw().Take(options.MaxTrials))
        {
            Attempt? attempt = await TryAsync([mutation]).ConfigureAwait(false);
            if (attempt is null)
            {
                continue;
            }

            if (mistakes == 1)
            {
                return [attempt];
            }

            if (single is null)
            {
                single = attempt;
            }
            else if (await CombineAsync(single, attempt).ConfigureAwait(false) is { } pair)
            {
                return pair;
            }
        }

        // If no second mistake fits, the sequence gets only one.
        return single is null ? null : [single];
    }

    /// <summary>
    /// Tries a program with both mistakes. It can be used if one can tell which mistake causes its error: one of them alone gives the same
    /// error, and the other one doesn't.
    /// </summary>
    private async Task<List<Attempt>?> CombineAsync(Attempt a, Attempt b)
    {
        if (Overlap(a.Mutation, b.Mutation) || a.Signature == b.Signature)
        {
            Reject(MutationRejection.MistakesNotSeparable);
            return null;
        }

        Attempt? both = await TryAsync([a.Mutation, b.Mutation]).ConfigureAwait(false);
        if (both is null)
        {
            return null;
        }

        (Attempt? first, Attempt second) =
            both.Signature == a.Signature ? (a, b)
            : both.Signature == b.Signature ? (b, a)
            : (null, a);
        if (first is null)
        {
            Reject(MutationRejection.MistakesNotSeparable);
            return null;
        }

        return [both with { Mutation = first.Mutation }, second];
    }

    /// <summary>
    /// Gives all mutations in random order. Each time it draws a kind by its weight, then an operator of the kind, then one of its places.
    /// </summary>
    private IEnumerable<Mutation> Draw()
    {
        List<(MutationPlaces Found, List<Mutation> Places)> left = [.. source.FindMutations().Select(one => (one, one.Places.ToList()))];
        while (left.Count > 0)
        {
            IEnumerable<MutationKind> kinds = left.Select(one => one.Found.Kind).Distinct().Order();
            MutationKind kind = random.Pick([.. kinds.SelectMany(one => Enumerable.Repeat(one, Weight(one)))]);
            int which = random.Pick([
                .. Enumerable
                    .Range(0, left.Count)
                    .Where(i => left[i].Found.Kind == kind)
                    .SelectMany(i => Enumerable.Repeat(i, left[i].Found.IsCommon ? 1 : RareWeight)),
            ]);
            List<Mutation> places = left[which].Places;
            int place = random.Next(places.Count);
            Mutation mutation = places[place];
            places.RemoveAt(place);
            if (places.Count == 0)
            {
                left.RemoveAt(which);
            }

            yield return mutation;
        }
    }

    /// <summary>
    /// How often a kind is drawn. Programs that run but give wrong results teach the most, because Python itself names the other mistakes.
    /// </summary>
    private static int Weight(MutationKind kind) =>
        kind switch
        {
            MutationKind.Unreadable => 2,
            MutationKind.Raising => 4,
            _ => 9,
        };

    private async Task<Attempt?> TryAsync(IReadOnlyList<Mutation> mutations)
    {
        string text = TextEdit.Apply(source.Text, mutations.SelectMany(mutation => mutation.Edits));
        TaskExecution execution = await RunAsync(text).ConfigureAwait(false);
        MutationRejection? rejection = Judge(execution);
        for (int run = 1; run < options.Runs && rejection is null; run++)
        {
            TaskExecution again = await RunAsync(text).ConfigureAwait(false);
            rejection = again.Output == execution.Output ? null : MutationRejection.NotRepeatable;
        }

        if (rejection is { } reason)
        {
            Reject(reason);
            return null;
        }

        if (execution.Error is not { } report)
        {
            Reject(MutationRejection.NoTraceback);
            return null;
        }

        string signature = LineNumber().Replace(execution.Output, "line");
        return new Attempt(mutations[0], execution, report, signature);
    }

    private MutationRejection? Judge(TaskExecution execution) =>
        execution.Result.Outcome switch
        {
            SandboxOutcome.Passed => MutationRejection.TestsPassed,
            SandboxOutcome.CpuTimeExceeded or SandboxOutcome.WallTimeExceeded => MutationRejection.TimedOut,
            SandboxOutcome.Failed
                when execution.Result.OutputTruncated || Encoding.UTF8.GetByteCount(execution.Output) > options.MaxExecutionBytes =>
                MutationRejection.OutputTooLong,
            SandboxOutcome.Failed => execution.ShowsAddress ? MutationRejection.NotRepeatable : null,
            SandboxOutcome.ToolchainMissing or SandboxOutcome.SandboxFailure => MutationRejection.NotRun,
            SandboxOutcome.Crashed => MutationRejection.NoTraceback,
            _ => MutationRejection.LimitExceeded,
        };

    private Task<TaskExecution> RunAsync(string attempt) => runner.RunAsync(attempt, cancellationToken);

    private bool Overlap(Mutation a, Mutation b)
    {
        IEnumerable<int> lines = a.Edits.SelectMany(source.LinesOf);
        return lines.Intersect(b.Edits.SelectMany(source.LinesOf)).Any();
    }

    private void Reject(MutationRejection reason) => rejections[reason] = rejections.GetValueOrDefault(reason) + 1;

    [GeneratedRegex(@"line \d+", RegexOptions.None, 1000)]
    private static partial Regex LineNumber();

    /// <summary>A broken program that can be used.</summary>
    /// <param name="Mutation">The mistake that causes its error.</param>
    /// <param name="Execution">Its run.</param>
    /// <param name="Report">Its error.</param>
    /// <param name="Signature">What it printed, without line numbers. Equal signatures mean the same error.</param>
    private sealed record Attempt(Mutation Mutation, TaskExecution Execution, ErrorReport Report, string Signature);
}
