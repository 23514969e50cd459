using System.Globalization;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>What the verifier's message says.</summary>
/// <param name="Step">The step that it names, from 0; null where it names none.</param>
/// <param name="Detail">What is wrong, in a line.</param>
internal sealed record VerifierReport(int? Step, string Detail)
{
    private const string Start = "step ";

    /// <summary>Reads the message, which isn't empty.</summary>
    public static VerifierReport Read(string message)
    {
        string[] lines = message.Split('\n');
        int colon = lines[0].IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && lines[0].StartsWith(Start, StringComparison.Ordinal)
            && int.TryParse(lines[0][Start.Length..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? new VerifierReport(number - 1, lines[1])
            : new VerifierReport(null, lines[0]);
    }
}
