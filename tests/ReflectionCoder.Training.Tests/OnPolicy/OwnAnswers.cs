using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.OnPolicy;

/// <summary>On-policy runs that take a second: the model of <see cref="TinyRun"/> answers six tasks, and a script judges.</summary>
internal static class OwnAnswers
{
    public const int Steps = 6;

    public static IReadOnlyList<ProgrammingTask> Tasks { get; } =
    [
        .. Enumerable
            .Range(0, 6)
            .Select(i => new ProgrammingTask
            {
                TaskId = $"task/{i}",
                Instruction = $"Write f{i} that adds {i}.",
                EntryPoint = $"f{i}",
                Asserts = [$"assert f{i}(1) == {1 + i}"],
            }),
    ];

    public static OnPolicyOptions Options(string output) =>
        new()
        {
            Training = TinyRun.Options(output) with { MaxSteps = Steps, WarmupRatio = 0, NumTrainEpochs = 1 },
            Generation = new GenerationOptions { Temperature = 1, MaxNewTokens = 8 },
        };

    public static FineTuningResult Train(OnPolicyOptions options, ScriptedVerifier? verifier = null, StepLog? log = null)
    {
        using CausalLanguageModel model = TinyRun.Model();
        return Train(model, options, verifier, log);
    }

    public static FineTuningResult Train(
        CausalLanguageModel model,
        OnPolicyOptions options,
        ScriptedVerifier? verifier = null,
        StepLog? log = null,
        CancellationToken stop = default
    ) =>
        new OnPolicyDistiller(model, TinyRun.Tokenizer, verifier ?? new ScriptedVerifier(), options)
            .TrainAsync(Tasks, log, stop)
            .GetAwaiter()
            .GetResult();
}

/// <summary>Judges by a script; without one, the answers to every third task pass.</summary>
internal sealed class ScriptedVerifier(Func<ProgrammingTask, string, bool?>? judge = null) : IRolloutVerifier
{
    private readonly List<(string Task, string Answer)> seen = [];

    public string Identity { get; init; } = "scripted";

    public Action? Before { get; init; }

    /// <summary>The answers so far, with their tasks, in an order of its own.</summary>
    public IReadOnlyList<(string Task, string Answer)> Seen
    {
        get
        {
            lock (seen)
            {
                return [.. seen.OrderBy(one => one.Task, StringComparer.Ordinal).ThenBy(one => one.Answer, StringComparer.Ordinal)];
            }
        }
    }

    public Task<RolloutVerdict> VerifyAsync(ProgrammingTask task, string answer, CancellationToken cancellationToken = default)
    {
        Before?.Invoke();
        lock (seen)
        {
            seen.Add((task.TaskId, answer));
        }

        bool? passed = judge is null ? task.TaskId[^1] is '0' or '3' : judge(task, answer);
        return Task.FromResult(
            new RolloutVerdict(
                passed,
                [new Block(BlockType.Code, $"def f(x): return x\n{task.Asserts[0]}"), new Block(BlockType.Execution, "AssertionError")]
            )
            {
                Problem = passed is null ? "the machine is broken" : null,
            }
        );
    }
}
