using ReflectionCoder.Tests.Commands;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The FineTune sample, from outside.</summary>
internal sealed class FineTuneProcess : SampleProcess
{
    private FineTuneProcess(IEnumerable<string> arguments)
        : base("FineTune", arguments) { }

    public static FineTuneProcess Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Runs it to its end.</summary>
    public static FineTuneResult Run(params IEnumerable<string> arguments)
    {
        using FineTuneProcess run = Start(arguments);
        return run.Wait();
    }

    public FineTuneResult Wait() => new(WaitForResult());
}

/// <summary>What a process left.</summary>
internal sealed record FineTuneResult(SampleResult Result) : SampleResult(Result);
