using System.Text.RegularExpressions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.OnPolicy;

/// <summary>Runs the code of an answer with the task's tests; see <see cref="OnPolicyDistiller.CreateVerifier"/>.</summary>
internal sealed partial class SandboxVerifier : IRolloutVerifier
{
    private readonly ICodeSandbox sandbox;
    private readonly SandboxLimits limits;

    public SandboxVerifier(ICodeSandbox sandbox, SandboxLimits? limits)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        this.sandbox = sandbox;
        this.limits =
            limits
            ?? new SandboxLimits
            {
                WallTime = TimeSpan.FromSeconds(5),
                CpuTime = TimeSpan.FromSeconds(2),
                OutputBytes = 4 << 10,
            };
        this.limits.Validate();
    }

    /// <inheritdoc/>
    public string Identity => $"sandbox({limits})";

    /// <inheritdoc/>
    public async Task PrepareAsync(IReadOnlyList<ProgrammingTask> tasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (tasks.FirstOrDefault(task => task.Asserts.Count == 0) is { } untested)
        {
            throw new TrainingDataException($"Task '{untested.TaskId}' has no asserts: whatever the model answers would pass.");
        }

        // An empty program shows whether programs run at all; how it ends doesn't matter.
        foreach (string language in tasks.Select(task => task.Language).Distinct(StringComparer.Ordinal))
        {
            SandboxResult result = await sandbox
                .ExecuteAsync(new SandboxProgram("", language), limits, cancellationToken)
                .ConfigureAwait(false);
            if (NotRun.Is(result.Outcome))
            {
                throw new SandboxUnavailableException($"The sandbox can't run answers in {language}: {result.Message}")
                {
                    Language = language,
                };
            }
        }
    }

    /// <inheritdoc/>
    public async Task<RolloutVerdict> VerifyAsync(ProgrammingTask task, string answer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(answer);
        string code = CodeBlockAnswerExtractor.Extract(answer, task.Language, task.EntryPoint is { } name ? [name] : []);
        TaskRunner runner = new(sandbox, task) { Limits = limits };
        TaskExecution execution = await runner.RunAsync(code, cancellationToken).ConfigureAwait(false);
        if (NotRun.Is(execution.Result.Outcome))
        {
            return new RolloutVerdict(null, []) { Problem = execution.Ending };
        }

        // A program that was stopped may have printed nothing; then the reason is all that there is to see.
        string output = string.IsNullOrWhiteSpace(execution.Output) ? execution.Ending : execution.Output;
        return new RolloutVerdict(
            execution.Passed,
            [new Block(BlockType.Code, execution.Program), new Block(BlockType.Execution, Address().Replace(output, "0x0"))]
        );
    }

    [GeneratedRegex("0x[0-9a-fA-F]{6,}", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
