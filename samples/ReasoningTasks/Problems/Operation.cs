using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>The numbers that an event names.</summary>
/// <param name="K">The number that every event has.</param>
/// <param name="J">A second one; 0 where there is none.</param>
internal sealed record Parameters(long K, long J = 0);

/// <summary>An event of a story: what happens, in several wordings, and the steps of a derivation that follow it.</summary>
/// <param name="Name">Unique, such as <c>take_each</c>.</param>
/// <param name="From">What is counted before it.</param>
/// <param name="To">What is counted after it.</param>
/// <param name="Phrases">
/// Three sentences. {k} and {j} stand for the parameters, {things} and {thing} for what the story is about.
/// </param>
/// <param name="Lines">
/// One or two steps, such as <c>left = {x} - {k}</c>: {x} is the value before, {1} the name of the event's first step.
/// </param>
/// <param name="Draw">Draws parameters that suit a value; null where there are none.</param>
internal sealed record Operation(
    string Name,
    Quantity From,
    Quantity To,
    string[] Phrases,
    string[] Lines,
    Func<long, SeededRandom, Parameters?> Draw
);
