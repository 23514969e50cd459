using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>What a study's tasks are about: how they are read, and what judges answers.</summary>
internal abstract class Domain
{
    /// <summary>Python functions, judged by their tests in the sandbox.</summary>
    public static Domain Python { get; } = new PythonDomain();

    /// <summary>Derivations of problems of arithmetic, judged by a verifier (<c>samples/ReasoningTasks</c>).</summary>
    public static Domain Arithmetic { get; } = new ArithmeticDomain();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Domain> All { get; } = [Python, Arithmetic];

    /// <summary>What judges, as <c>--verifier</c> takes it.</summary>
    public abstract string Verifier { get; }

    /// <summary>The language of answers, as their code fence names it.</summary>
    public abstract string Language { get; }

    /// <summary>What answers begin with.</summary>
    public string AnswerPrefix => $"```{Language}\n";

    /// <summary>Finds a domain.</summary>
    /// <exception cref="FormatException">There is none of this name; the message lists them.</exception>
    public static Domain Parse(string verifier) =>
        All.FirstOrDefault(domain => domain.Verifier == verifier)
        ?? throw new FormatException(
            $"'{verifier}' is no verifier; expected {string.Join(" or ", All.Select(domain => domain.Verifier))}."
        );

    /// <summary>Opens what judges, and checks that it works. Dispose it if it can be.</summary>
    public abstract Task<ICodeSandbox> OpenAsync(StudySettings settings, CancellationToken stop);

    /// <summary>Reads the tasks of all splits.</summary>
    public abstract Task<IReadOnlyList<ProgrammingTask>> ReadTasksAsync(string path, CancellationToken stop);

    /// <summary>Reads the same tasks as problems to answer.</summary>
    public abstract Task<IReadOnlyList<EvaluationProblem>> ReadProblemsAsync(string path, CancellationToken stop);

    private sealed class PythonDomain : Domain
    {
        public override string Verifier => "python";

        public override string Language => "python";

        public override async Task<ICodeSandbox> OpenAsync(StudySettings settings, CancellationToken stop) =>
            (ICodeSandbox)await SandboxChoice.OpenAsync(settings.Unisolated, settings.Threads, stop);

        public override Task<IReadOnlyList<ProgrammingTask>> ReadTasksAsync(string path, CancellationToken stop) =>
            Task.FromResult(ProgrammingTaskReader.Read(path));

        public override Task<IReadOnlyList<EvaluationProblem>> ReadProblemsAsync(string path, CancellationToken stop) =>
            EvaluationBenchmarks.Tasks.ReadAsync(path, stop);
    }

    private sealed class ArithmeticDomain : Domain
    {
        public override string Verifier => "arithmetic";

        public override string Language => DerivationVerifier.LanguageName;

        public override Task<ICodeSandbox> OpenAsync(StudySettings settings, CancellationToken stop) =>
            Task.FromResult<ICodeSandbox>(new DerivationVerifier());

        public override Task<IReadOnlyList<ProgrammingTask>> ReadTasksAsync(string path, CancellationToken stop) =>
            DerivationBenchmark.ReadTasksAsync(path, stop);

        public override Task<IReadOnlyList<EvaluationProblem>> ReadProblemsAsync(string path, CancellationToken stop) =>
            new DerivationBenchmark().ReadAsync(path, stop);
    }
}
