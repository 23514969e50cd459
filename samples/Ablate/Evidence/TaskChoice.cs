using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The tasks that a comparison is about.</summary>
/// <param name="Name">How the report calls them; empty for all held-out tasks.</param>
/// <param name="Passed">Whether each of them was solved, by id; empty where the row doesn't say.</param>
internal sealed record TaskChoice(string Name, Func<Measurement, IReadOnlyDictionary<string, bool>> Passed)
{
    public static TaskChoice All { get; } = new("", measured => measured.Passed);

    /// <summary>Held-out tasks of a kind (<see cref="TaskKinds"/>).</summary>
    public static TaskChoice OfKind(string kind) =>
        new(
            $"`{kind}`",
            measured =>
                measured.LongestTraining is { } longest
                    ? measured.Passed.Where(task => new TaskKinds(longest).Of(task.Key) == kind).ToDictionary()
                    : new Dictionary<string, bool>()
        );

    /// <summary>Tasks that are measured beside the held-out ones.</summary>
    public static TaskChoice OfOthers(string name) =>
        new($"`{name}`", measured => measured.FindOther(name)?.Passed ?? new Dictionary<string, bool>());
}
