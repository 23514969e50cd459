using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>
/// Tests that call a Python function with many inputs, and compare what it gives back with what a reference solution gives.
/// </summary>
/// <remarks>
/// <para>The solution runs in a process of its own, to which the inputs go and from which only data comes back. Expected outputs, rules and
/// verdict are in another process, out of its reach. Each part of the inputs has a new process, as in EvalPlus.</para>
/// <para>The reference solution's outputs are computed once for each problem and sandbox. What differs from EvalPlus: processor time counts
/// instead of wall-clock time; the polynomial of <see cref="FunctionOracle.Root"/> has the input as it was before the call; and a solution
/// may open files and end the process, of which the sandbox takes care.</para>
/// </remarks>
public sealed record FunctionTests : IProblemTests
{
    /// <inheritdoc/>
    public string Language => "python";

    /// <summary>
    /// Limits of a whole test. The rules have their own (<see cref="FunctionRules.InputTime"/>, <see cref="FunctionRules.PartTime"/>), also
    /// for a solution that sleeps, so these need only allow for them on a busy machine. The default value is 200 s of processor time, 1
    /// hour of wall-clock time and 4 GiB of memory.
    /// </summary>
    public SandboxLimits DefaultLimits { get; init; } = LimitsFor(TimeSpan.FromSeconds(200));

    /// <summary>
    /// Code that is put before a solution: HumanEval's prompt, because solutions may continue it. The default value is empty.
    /// </summary>
    public string ProgramPrefix { get; init; } = "";

    /// <summary>The name of the function.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>
    /// Whether the function is a method of a class <c>Solution</c>, if the solution has such a class. The default value is false.
    /// </summary>
    public bool MayBeMethod { get; init; }

    /// <summary>
    /// The inputs of the benchmark's original tests: a JSON array that holds an array of arguments for each call. With <see
    /// cref="ExpectedOutputs"/>, it holds a text for each call instead, with one argument in JSON a line.
    /// </summary>
    public required string BaseInputs { get; init; }

    /// <summary>Inputs that were added to the original tests, in the same form. The default value is null: there is no such part.</summary>
    public string? PlusInputs { get; init; }

    /// <summary>
    /// What the arguments become; the last form also holds for all further arguments. The default value is one <see
    /// cref="ArgumentForm.AsIs"/>.
    /// </summary>
    public IReadOnlyList<ArgumentForm> ArgumentForms { get; init; } = [ArgumentForm.AsIs];

    /// <summary>
    /// A solution that is right, in the form of <c>code</c> of <see cref="JudgeAsync"/>. The default value is null; then there are <see
    /// cref="ExpectedOutputs"/>.
    /// </summary>
    public string? ReferenceSolution { get; init; }

    /// <summary>
    /// The expected outputs: a JSON array that holds each output as JSON text. The default value is null: those of <see
    /// cref="ReferenceSolution"/>.
    /// </summary>
    public string? ExpectedOutputs { get; init; }

    /// <summary>The rules. The default values are EvalPlus's.</summary>
    public FunctionRules Rules { get; init; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Identity =>
        [
            FunctionJudge.Harness,
            ProgramPrefix,
            EntryPoint,
            MayBeMethod ? "method" : "function",
            BaseInputs,
            PlusInputs ?? "",
            string.Join(' ', ArgumentForms),
            ReferenceSolution ?? "",
            ExpectedOutputs ?? "",
            Rules.ToString(),
        ];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are neither a reference solution nor expected outputs.</exception>
    public Task<Verdict> JudgeAsync(string code, ICodeSandbox sandbox, SandboxLimits limits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(limits);
        return FunctionJudge.JudgeAsync(this, code, sandbox, limits, cancellationToken);
    }

    /// <summary>Limits of a test whose parts take so much processor time together.</summary>
    internal static SandboxLimits LimitsFor(TimeSpan cpuTime) =>
        EvaluatorOptions.LimitsFor(cpuTime) with
        {
            WallTime = TimeSpan.FromHours(1),
        };
}
