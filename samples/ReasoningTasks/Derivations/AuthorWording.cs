using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>What the author says around derivations.</summary>
/// <param name="random">Chooses the words.</param>
internal sealed class AuthorWording(SeededRandom random)
{
    private static readonly string[] Requests =
    [
        "Have the derivation verified, and repair it until it holds.",
        "Check it with the verifier, and correct what that finds.",
        "Verify the derivation and put right what is wrong.",
    ];
    private static readonly string[] Plans =
    [
        "I derive the answer step by step.",
        "I write a step a line and let the verifier compute them.",
        "Here is a first derivation.",
        "One thing after the other:",
    ];
    private static readonly string[] Links = ["", "", "Back to the derivation. ", "So this is the cause: ", "Looking at it: "];
    private static readonly string[] Again = ["", "Please answer in one go: ", "Once more, without trying: "];

    /// <summary>The first request.</summary>
    public string Request(string instruction) => $"{instruction} {random.Pick(Requests)}";

    /// <summary>What is said before the first attempt.</summary>
    public string Plan() => random.Pick(Plans);

    /// <summary>The last request.</summary>
    public string LastRequest(string instruction) => random.Pick(Again) + instruction;

    /// <summary>What the verifier says, what causes it, and what is done.</summary>
    public string Reflect(VerifierReport report, Mistake mistake)
    {
        string place = report.Step is { } step ? $"step {step + 1}" : "the derivation";
        string detail = report.Detail.EndsWith('?') ? report.Detail : report.Detail + ".";
        string found = random.Next(3) switch
        {
            0 => $"The verifier stops at {place}: {detail}",
            1 => $"About {place} it says: {detail}",
            _ => $"It does not hold ({place}): {detail}",
        };
        return $"{found} {random.Pick(Links)}{mistake.Cause}. {mistake.Repair}.";
    }
}
