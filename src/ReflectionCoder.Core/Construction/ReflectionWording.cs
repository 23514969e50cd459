using System.Globalization;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Construction;

/// <summary>The sentences of a reflection sequence, chosen from a few templates.</summary>
/// <param name="random">Chooses the templates.</param>
internal sealed class ReflectionWording(StableRandom random)
{
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

    private static readonly string[] Links = ["", "The reason is this. ", "Back to the code. ", "So what is wrong? ", "What goes wrong? "];

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
    public string Plan(string outline) => string.Format(CultureInfo.InvariantCulture, random.Pick(Plans), outline);

    /// <summary>The text before a later attempt: what the error says, what is wrong, and how to correct it.</summary>
    public string Reflection(TaskExecution execution, ErrorReport report, Mutation mutation) =>
        $"{Error(execution, report)} {random.Pick(Links)}{mutation.Diagnosis} {mutation.Repair}";

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

    private string Error(TaskExecution execution, ErrorReport report)
    {
        if (report.IsSyntaxError)
        {
            return random.Pick([
                $"{execution.Language.Title} can't read the program: `{report.Headline}`.",
                $"The program does not start: `{report.Headline}` at `{report.Raised}`.",
                $"The run gives `{report.Headline}`.",
            ]);
        }

        if (!report.IsFailedTest)
        {
            return random.Pick([
                $"The run stops with `{report.Headline}` in `{report.Raised}`.",
                $"`{report.Raised}` raises `{report.Headline}`.",
                $"The line `{report.Raised}` fails: `{report.Headline}`.",
            ]);
        }

        string assert = report.Statement;
        if (
            execution.PrintedValue(assert) is { } printed
            && execution.Language.Read(assert) is (var call, var expected)
            && printed != expected.Trim('"')
        )
        {
            return random.Pick([
                $"AssertionError: `{call}` printed `{printed}`, but the test expects `{expected}`.",
                $"The test of `{call}` fails with an AssertionError: it printed `{printed}` instead of `{expected}`.",
            ]);
        }

        string message = report.Message.Length == 0 ? "" : $" ({report.Message})";
        return random.Pick([
            $"AssertionError{message}: the test `{assert}` fails.",
            $"The run stops with an AssertionError{message} at `{assert}`.",
            $"`{assert}` raises an AssertionError{message}.",
        ]);
    }
}
