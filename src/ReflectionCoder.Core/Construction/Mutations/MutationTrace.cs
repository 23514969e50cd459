namespace ReflectionCoder.Construction.Mutations;

/// <summary>A failing call of a broken program, to be run once more and watched. That run is not shown.</summary>
/// <param name="Program">The broken program, without tests.</param>
/// <param name="Before">The statements that ran before the call: shown calls and tests that passed.</param>
/// <param name="Call">The call.</param>
/// <param name="Expected">The expression for the value that it should have; null if there is none.</param>
/// <param name="Line">The line of the mistake in the program, from 1; 0 if there is none.</param>
/// <param name="Probe">The expression to watch in that line; null for none.</param>
internal sealed record TraceRequest(
    string Program,
    IReadOnlyList<string> Before,
    string Call,
    string? Expected,
    int Line,
    MutationProbe? Probe
);

/// <summary>What was seen when the failing call was run once more. Values are in the notation of the language.</summary>
/// <param name="Actual">The value of the call; null if it has none, or one that is too long or as it should be.</param>
/// <param name="Difference">The first time that the mistake made a difference; null if none was seen.</param>
internal sealed record MutationTrace(string? Actual, TracedDifference? Difference);

/// <summary>The first time that a wrong expression had another value than the right one.</summary>
/// <param name="Variables">The variables of both expressions, with their values at that time.</param>
/// <param name="Wrong">The value of the wrong expression; null if it raised an exception.</param>
/// <param name="Right">The value of the right one at the same time.</param>
/// <param name="Raised">Type of the exception that the wrong one raised; null if it has a value.</param>
internal sealed record TracedDifference(IReadOnlyList<KeyValuePair<string, string>> Variables, string? Wrong, string Right, string? Raised);
