using System.Globalization;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction;

/// <summary>The sentences of a reflection sequence, chosen from a few templates.</summary>
/// <param name="random">Chooses the templates.</param>
internal sealed class ReflectionWording(StableRandom random)
{
    private const int MaxCall = 70;
    private const int MaxVariables = 4;

    private static readonly string[] ReflectionRequests =
    [
        "{0}\nTest the code by running it. If a test fails, say why, then correct the code.",
        "Solve this task, run the tests and correct the code until they pass.\n{0}",
        "{0} Write the code, run it, and repair what the tests show to be wrong.",
        "Write and test a solution. Explain each mistake that you find before you correct it.\nTask: {0}",
    ];

    private static readonly string[] RequestsWithTests =
    [
        "{0}\nRun the code with these tests and correct it until they pass:\n{1}",
        "{0} The code must pass these tests; run them and repair what is wrong:\n{1}",
    ];

    private static readonly string[] ReanswerRequests =
    [
        "{0}\nAnswer in one go with the final code.",
        "Now give the final code only.\n{0}",
        "Please answer the task in one go: {0}",
        "{0}",
    ];

    private static readonly string[] Plans =
    [
        "I write the function and test it. The plan: {0}.",
        "Plan: {0}. Then I run the tests.",
        "First I {0}. The tests below show whether that works.",
        "My approach is to {0}.",
    ];

    private static readonly string[] Intros = ["In other words: {0}. ", "That means: {0}. ", "What is asked: {0}. "];

    private static readonly string[] Links = ["", "The reason is this. ", "Back to the code. ", "So what is wrong? ", "What goes wrong? "];

    private static readonly string[] FarLinks =
    [
        "",
        "The error shows up there, but it comes from another line. ",
        "The cause is another line. ",
        "That line only meets the mistake; it was made elsewhere. ",
    ];

    private static readonly string[] NextRounds =
    [
        "",
        "That mistake is gone, but there is another one. ",
        "The next run shows another mistake. ",
        "Better, but not right yet. ",
    ];

    private static readonly string[] Counts = ["", "", "two", "three", "four", "five", "six", "seven", "eight"];

    private static readonly string[] GenerationRequests =
    [
        "{0}",
        "{0}\nAnswer with the code.",
        "Please solve this task: {0}",
        "Task: {0}",
        "{0} Explain the solution in a sentence.",
    ];

    private static readonly string[] Explanations = ["The idea: {0}.", "How it works: {0}.", "The steps are to {0}."];

    /// <summary>The first user message.</summary>
    public string ReflectionRequest(ProgrammingTask task) =>
        random.Chance(0.2)
            ? string.Format(CultureInfo.InvariantCulture, random.Pick(RequestsWithTests), task.Instruction, string.Join('\n', task.Asserts))
            : string.Format(CultureInfo.InvariantCulture, random.Pick(ReflectionRequests), task.Instruction);

    /// <summary>The second user message. It repeats the task, because the student may not see the first one.</summary>
    public string ReanswerRequest(ProgrammingTask task) =>
        string.Format(CultureInfo.InvariantCulture, random.Pick(ReanswerRequests), task.Instruction);

    /// <summary>The text before the first attempt.</summary>
    public string Plan(string outline, string? explanation)
    {
        string plan = string.Format(CultureInfo.InvariantCulture, random.Pick(Plans), outline);
        return explanation is null ? plan : string.Format(CultureInfo.InvariantCulture, random.Pick(Intros), explanation) + plan;
    }

    /// <summary>The text before a later attempt: what the error says, what is wrong, and how to correct it.</summary>
    public string Reflection(Finding finding) =>
        string.Concat(
            finding.Round == 0 ? "" : random.Pick(NextRounds),
            Passed(finding),
            Error(finding),
            " ",
            Link(finding),
            finding.Mutation.Diagnosis,
            Difference(finding),
            " ",
            finding.Mutation.Repair
        );

    /// <summary>The code in the form of a final answer.</summary>
    public static string Answer(ProgrammingTask task) => $"```{TestLanguage.For(task.Language).Name}\n{task.Solution!.TrimEnd('\n')}\n```";

    /// <summary>Instruction and answer of a sample without a reflection sequence.</summary>
    public (string Request, string Answer) Generation(ProgrammingTask task, string outline)
    {
        int which = random.Next(GenerationRequests.Length);
        string answer = Answer(task);
        return (
            string.Format(CultureInfo.InvariantCulture, GenerationRequests[which], task.Instruction),
            which == 1 ? answer : $"{answer}\n{string.Format(CultureInfo.InvariantCulture, random.Pick(Explanations), outline)}"
        );
    }

    /// <summary>The tests that passed before one failed: the execution shows how far the program came.</summary>
    private string Passed(Finding finding)
    {
        int passed = finding.Execution.PassedTests(finding.Report);
        if (passed == 0 || random.Chance(0.2))
        {
            return "";
        }

        string tests = passed == 1 ? "The first test passes" : $"The first {Counts[Math.Min(passed, Counts.Length - 1)]} tests pass";
        return passed >= Counts.Length
            ? ""
            : random.Pick([$"{tests}. ", $"{tests}, the next one fails. ", $"{tests}; then the run stops. "]);
    }

    private string Link(Finding finding)
    {
        ErrorReport report = finding.Report;
        bool elsewhere =
            !report.IsFailedTest
            && !report.IsSyntaxError
            && report.Raised.Length > 0
            && finding.Mutation.Culprit is { } culprit
            && report.Raised != culprit;
        return random.Pick(elsewhere ? FarLinks : Links);
    }

    private string Error(Finding finding)
    {
        (TaskExecution execution, ErrorReport report) = (finding.Execution, finding.Report);
        if (report.IsSyntaxError)
        {
            // A compiler rejects programs for other reasons than their syntax too.
            string reader =
                execution.Result.Outcome == SandboxOutcome.CompileError
                    ? "The compiler rejects the program"
                    : $"{execution.Language.Title} can't read the program";
            return random.Pick([
                $"{reader}: `{report.Headline}`.",
                report.Raised.Length == 0
                    ? $"The program does not start: `{report.Headline}`."
                    : $"The program does not start: `{report.Headline}` at `{report.Raised}`.",
                $"The run gives `{report.Headline}`.",
            ]);
        }

        if (!report.IsFailedTest)
        {
            return report.Raised.Length == 0
                ? $"The run stops with `{report.Headline}`."
                : random.Pick([
                    $"The run stops with `{report.Headline}` in `{report.Raised}`.",
                    $"`{report.Raised}` raises `{report.Headline}`.",
                    $"The line `{report.Raised}` fails: `{report.Headline}`.",
                ]);
        }

        return FailedTest(finding);
    }

    private string FailedTest(Finding finding)
    {
        (TaskExecution execution, ErrorReport report) = (finding.Execution, finding.Report);
        string test = report.Statement;
        if (execution.Language.Read(test) is (var call, var expected))
        {
            if (execution.PrintedValue(test) is { } printed && printed != expected.Trim('"'))
            {
                return random.Pick([
                    $"{report.Type}: `{call}` printed `{printed}`, but the test expects `{expected}`.",
                    $"The test of `{call}` fails: it printed `{printed}` instead of `{expected}`.",
                ]);
            }

            if (report is { Actual: { } actual, Expected: { } wanted })
            {
                return random.Pick([
                    $"{report.Type}: `{call}` gave `{actual}`, but the test expects `{wanted}`.",
                    $"The test of `{call}` fails: the value is `{actual}` instead of `{wanted}`.",
                ]);
            }

            if (finding.Trace?.Actual is { } traced && traced != expected)
            {
                return random.Pick([
                    $"{report.Type}: the test `{test}` fails. Going through the call, `{call}` gives `{traced}` and not `{expected}`.",
                    $"`{test}` fails. Step by step, `{call}` comes to `{traced}`, but `{expected}` is expected.",
                    $"The test of `{call}` fails: it expects `{expected}`, and following the code gives `{traced}`.",
                ]);
            }
        }

        string message =
            report.Message.Length == 0 || test.Contains(report.Message, StringComparison.Ordinal) ? "" : $" ({report.Message})";
        return test.Length == 0
            ? $"{report.Type}{message}: a test fails."
            : random.Pick([
                $"{report.Type}{message}: the test `{test}` fails.",
                $"The run stops at `{test}`: the test fails{message}.",
                $"The test `{test}` does not hold{message}.",
            ]);
    }

    /// <summary>The values with which the line went wrong.</summary>
    private string Difference(Finding finding)
    {
        if (finding is not { Trace.Difference: { } seen, Mutation.Probe: { } probe } || seen.Raised == "NameError")
        {
            return "";
        }

        string call = finding.Call is { Length: <= MaxCall } tested ? $"`{tested}`" : "the failing call";
        string wrong = seen.Raised is { } type ? $"`{probe.Wrong}` raises {type}" : $"`{probe.Wrong}` is `{seen.Wrong}`";

        // Of two plain variables, the values are said anyway.
        List<string> variables =
        [
            .. seen
                .Variables.Where(pair => pair.Key != probe.Wrong && pair.Key != probe.Right)
                .Select(pair => $"`{pair.Key}` is `{pair.Value}`"),
        ];
        if (variables.Count is 0 or > MaxVariables)
        {
            return random.Pick([
                $" In {call}, {wrong}, while `{probe.Right}` is `{seen.Right}`.",
                $" For {call}: {wrong}, but `{probe.Right}` is `{seen.Right}`.",
            ]);
        }

        string when = variables.Count == 1 ? variables[0] : $"{string.Join(", ", variables.SkipLast(1))} and {variables[^1]}";
        return random.Pick([
            $" In {call} it first matters when {when}: {wrong}, while `{probe.Right}` is `{seen.Right}`.",
            $" Take {call}: at the point where {when}, {wrong}, but `{probe.Right}` is `{seen.Right}`.",
            $" For {call} this shows when {when}. There {wrong}; `{probe.Right}` would be `{seen.Right}`.",
        ]);
    }
}

/// <summary>What the author knows of a failed attempt.</summary>
/// <param name="Execution">The run.</param>
/// <param name="Report">Its error.</param>
/// <param name="Mutation">The mistake that causes it.</param>
/// <param name="Call">The call that failed; null if it isn't known.</param>
/// <param name="Trace">What was seen when the failing call was run once more; null if nothing.</param>
/// <param name="Round">Which attempt it is, from 0.</param>
internal sealed record Finding(
    TaskExecution Execution,
    ErrorReport Report,
    Mutation Mutation,
    string? Call,
    MutationTrace? Trace,
    int Round
);
