using ReflectionCoder.Construction.Mutations;

namespace ReflectionCoder.Construction;

/// <summary>A broken program that can be used.</summary>
/// <param name="Mutation">The mistake that causes its error.</param>
/// <param name="All">All mistakes in it.</param>
/// <param name="Text">The program, without tests.</param>
/// <param name="Execution">Its run.</param>
/// <param name="Report">Its error.</param>
/// <param name="Signature">What it printed, without line numbers. Equal signatures mean the same error.</param>
internal sealed record BrokenAttempt(
    Mutation Mutation,
    IReadOnlyList<Mutation> All,
    string Text,
    TaskExecution Execution,
    ErrorReport Report,
    string Signature
)
{
    /// <summary>How many tests passed before one failed.</summary>
    public int PassedTests => Execution.PassedTests(Report);
}
