using ReflectionCoder.Configuration;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>Another way to run, and what it would need.</summary>
/// <param name="Options">The options to change, under the names of <see cref="FineTuningOptions"/> and their like.</param>
/// <param name="PeakBytes">The estimate with them, in bytes.</param>
internal sealed record MemoryRemedy(string Options, long PeakBytes);

/// <summary>A run would need more memory than there is. The message names options with which it would fit. Nothing was loaded.</summary>
public sealed class MemoryPlanException : InvalidOperationException
{
    internal MemoryPlanException(MemoryPlan plan, long availableBytes, IReadOnlyList<MemoryRemedy> remedies)
        : base(Text(plan, availableBytes, remedies)) => (Plan, AvailableBytes, Remedies) = (plan, availableBytes, remedies);

    /// <summary>The estimate that doesn't fit.</summary>
    public MemoryPlan Plan { get; }

    /// <summary>The memory that was said to be available, in bytes.</summary>
    public long AvailableBytes { get; }

    /// <summary>Options that need less memory, the smallest changes first; also those that still don't fit.</summary>
    internal IReadOnlyList<MemoryRemedy> Remedies { get; }

    private static string Text(MemoryPlan plan, long available, IReadOnlyList<MemoryRemedy> remedies)
    {
        string need = $"The run needs about {ByteSize.Format(plan.PeakBytes)}, and {ByteSize.Format(available)} are available.";
        string List(IEnumerable<MemoryRemedy> some) =>
            string.Join("; ", some.Select(remedy => $"{remedy.Options}: {ByteSize.Format(remedy.PeakBytes)}"));
        MemoryRemedy[] fitting = [.. remedies.Where(remedy => remedy.PeakBytes <= available)];
        return fitting.Length > 0 ? $"{need} What would fit: {List(fitting)}."
            : remedies.Count > 0 ? $"{need} No option makes it fit; the nearest is {List([remedies.MinBy(remedy => remedy.PeakBytes)!])}."
            : $"{need} No option makes it smaller.";
    }
}
