using System.Globalization;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Programs that are written and tested one after the other, and one of them asked for again: whoever looks back has it to hand. Most are
/// asked for in words that don't tell and are then said in words that do; the request at the end has the former alone. So a small model
/// learns what makes a reflection worth reading: to take what is asked from wherever it is said in words that it knows. Chatter and logs
/// lie between, so that it learns to look past what it doesn't know.
/// </summary>
/// <param name="random">Chooses programs.</param>
/// <param name="wording">Says what is asked.</param>
internal sealed class CodingSession(SeededRandom random, Wording wording)
{
    private const double PastedShare = 0.15;
    private const double JargonShare = 0.75;
    private const double ChangeShare = 0.2;
    private const double ChatterShare = 0.3;
    private const double ByNameShare = 0.15;
    private const double AgainShare = 0.5;
    private const double PlanShare = 0.6;

    private static readonly string[] Intros = ["In other words: {0}.", "That means: {0}.", "What is asked: {0}.", "So: {0}.", "{0}."];
    private static readonly string[] Plans =
    [
        "I write the function and test it. The plan: {0}.",
        "Plan: {0}. Then I run the tests.",
        "First I {0}. The tests below show whether that works.",
        "My approach is to {0}.",
        "I write the function: {0}.",
    ];
    private static readonly string[] FirstRequests =
    [
        "{0}",
        "{0}\nTest the code by running it.",
        "Solve this task and run the tests.\n{0}",
        "{0} Write the code and run it.",
        "Write and test a solution.\nTask: {0}",
    ];
    private static readonly string[] RequestsByName =
    [
        "Give `{0}` again, without the tests.",
        "Show `{0}` once more.",
        "What does `{0}` look like?",
        "Only `{0}`, please.",
        "Repeat the function `{0}`.",
    ];
    private static readonly string[] Requests =
    [
        "{0}",
        "{0}\nOnly the function.",
        "Once more: {0}",
        "Again, please. {0}",
        "{0} Without tests.",
        "Here it is again:\n{0}",
        "{0}\nAnswer in one go with the final code.",
        "Now give the final code only.\n{0}",
        "Please answer the task in one go: {0}",
    ];

    /// <summary>Draws a session.</summary>
    /// <param name="count">How many programs are written; 0 for one that is only talked about.</param>
    public Conversation Draw(int count)
    {
        bool pasted = random.Chance(PastedShare);
        bool jargon = random.Chance(JargonShare);
        List<SessionProgram> written = [];
        while (written.Count < Math.Max(count, 1))
        {
            SessionProgram? changed = written.Count > 0 && random.Chance(ChangeShare) ? Change(written[^1], jargon || count == 0) : null;
            SessionProgram next = changed ?? New(written, jargon || count == 0);
            written.Add(random.Chance(ChatterShare) ? next with { Output = $"{Log()}\n{next.Output}" } : next);
        }

        string name = (random.Chance(0.7) ? written[^1] : random.Pick(written)).Name;
        SessionProgram asked = written.Last(program => program.Name == name);
        string request = Request(asked);
        return PlainSample.Session(
            pasted,
            written.Select(program => (Format(FirstRequests, program.Instruction), Shown(program))),
            request,
            PlainSample.Answer(asked.Text)
        );

        IReadOnlyList<Block> Shown(SessionProgram program) => count == 0 ? [.. program.Run.Take(1)] : program.Run;
    }

    private string Format(string[] forms, string text) => string.Format(CultureInfo.InvariantCulture, random.Pick(forms), text);

    private string Request(SessionProgram asked)
    {
        string request = random.Chance(ByNameShare) ? Format(RequestsByName, asked.Name) : Format(Requests, asked.Instruction);
        return random.Chance(ChatterShare) ? $"{wording.Chatter(random.Between(3, 20))}. {request}" : request;
    }

    /// <summary>Lines that a program might write beside what it is run for. Outputs aren't learned, only looked past.</summary>
    private string Log() =>
        string.Join(
            '\n',
            Enumerable
                .Range(0, random.Between(1, 5))
                .Select(_ => $"{new string(' ', 2 * random.Next(3))}{wording.Chatter(random.Between(1, 8))} {random.Next(100)}")
        );

    /// <summary>Words, a test and a line of the program, as they stand between two runs.</summary>
    private string Remark(SessionProgram program)
    {
        string[] quoted = [random.Pick(program.Tests.Split('\n')), random.Pick(program.Text.Split('\n')).Trim()];
        return string.Join(
            ' ',
            Enumerable.Range(0, random.Between(1, 4)).Select(_ => $"{wording.Chatter(random.Between(1, 10))} `{random.Pick(quoted)}`.")
        );
    }

    private SessionProgram New(List<SessionProgram> written, bool jargon)
    {
        string name;
        do
        {
            name = wording.Name();
        } while (written.Exists(program => program.Name == name));

        int length = random.Between(1, CompositionSplit.MaxTrainingLength);
        (Composition composition, IReadOnlyList<TestCase> cases) = TestCases.Draw(length, CompositionSplit.IsTraining, random);
        return Write(name, composition, cases, jargon);
    }

    private SessionProgram? Change(SessionProgram before, bool jargon)
    {
        Composition[] others = [.. before.Composition.NearMisses().Where(CompositionSplit.IsTraining)];
        return others.Length > 0 && random.Pick(others) is var other && TestCases.TryDraw(other, random, out IReadOnlyList<TestCase>? cases)
            ? Write(before.Name, other, cases, jargon)
            : null;
    }

    private SessionProgram Write(string name, Composition composition, IReadOnlyList<TestCase> cases, bool jargon)
    {
        string instruction = jargon ? wording.Jargon(name, composition) : wording.Instruction(name, composition);
        SessionProgram program = SessionProgram.Of(name, instruction, composition, cases, random.Chance(0.5));
        string explained = jargon ? Format(Intros, wording.Explanation(composition)) : "";
        string plan = random.Chance(PlanShare) ? Format(Plans, random.Chance(0.5) ? program.Lines : program.LastLine) : "";
        return program with { Plan = $"{explained} {plan}".Trim(), Remark = random.Chance(AgainShare) ? Remark(program) : "" };
    }
}
