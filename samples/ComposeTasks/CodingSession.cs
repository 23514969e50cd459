using System.Globalization;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Programs that are written and tested one after the other, and one of them asked for again, often by its name alone: whoever looks back
/// has it to hand. Some are the one before with another parameter or a step less, under the same name; then the last version counts. Half
/// of the sessions are what a user pastes, the others are the model's own. In some all is asked for in words that mean nothing, so that
/// the program above is the only answer: without them a small model trusts the instruction and doesn't look. Chatter and logs lie
/// between, so that it learns to look past what it doesn't know.
/// </summary>
/// <param name="random">Chooses programs.</param>
/// <param name="wording">Says what is asked.</param>
internal sealed class CodingSession(SeededRandom random, Wording wording)
{
    private const double DataShare = 0.4;
    private const double JargonShare = 0.4;
    private const double ChatterShare = 0.4;

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
    ];

    /// <summary>Draws a session.</summary>
    /// <param name="count">How many programs are written.</param>
    public Conversation Draw(int count)
    {
        bool pasted = random.Chance(0.5);
        bool jargon = random.Chance(JargonShare);
        List<SessionProgram> written = [];
        while (written.Count < count)
        {
            SessionProgram? changed = written.Count > 0 && random.Chance(0.5) ? Change(written[^1], jargon) : null;
            SessionProgram next = changed ?? New(written, jargon);
            next = random.Chance(0.5) ? next.WithPlan() : next;
            written.Add(random.Chance(ChatterShare) ? next with { Output = $"{Log()}\n{next.Output}" } : next);
        }

        string name = (random.Chance(0.7) ? written[^1] : random.Pick(written)).Name;
        SessionProgram asked = written.Last(program => program.Name == name);
        string request = Request(asked, jargon);
        IEnumerable<Message> messages = pasted
            ?
            [
                new Message(
                    MessageRole.User,
                    [.. written.SelectMany(program => Text(program.Instruction).Concat(program.Run.Content)), .. Text(request)]
                ),
            ]
            :
            [
                .. written.SelectMany(program => new[] { PlainSample.Request(program.Instruction), program.Run }),
                PlainSample.Request(request),
            ];
        return new Conversation([.. messages, PlainSample.Answer(asked.Text)], SampleType.Generation);

        static IEnumerable<Block> Text(string text) => PlainSample.Request(text).Content;
    }

    private string Request(SessionProgram asked, bool jargon)
    {
        bool byName = asked.Composition is null || (!jargon && random.Chance(0.5));
        string request = byName
            ? string.Format(CultureInfo.InvariantCulture, random.Pick(RequestsByName), asked.Name)
            : string.Format(CultureInfo.InvariantCulture, random.Pick(Requests), asked.Instruction);
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

    private SessionProgram New(List<SessionProgram> written, bool jargon)
    {
        string name;
        do
        {
            name = wording.Name();
        } while (written.Exists(program => program.Name == name));

        if (random.Chance(DataShare))
        {
            return SessionProgram.OfData(name, random);
        }

        int length = random.Between(1, CompositionSplit.MaxTrainingLength);
        (Composition composition, IReadOnlyList<TestCase> cases) = TestCases.Draw(length, CompositionSplit.IsTraining, random);
        return Write(name, composition, cases, jargon);
    }

    private SessionProgram? Change(SessionProgram before, bool jargon)
    {
        Composition[] others = [.. before.Composition?.NearMisses().Where(CompositionSplit.IsTraining) ?? []];
        return others.Length > 0 && random.Pick(others) is var other && TestCases.TryDraw(other, random, out IReadOnlyList<TestCase>? cases)
            ? Write(before.Name, other, cases, jargon)
            : null;
    }

    private SessionProgram Write(string name, Composition composition, IReadOnlyList<TestCase> cases, bool jargon)
    {
        string instruction = jargon ? wording.Jargon(name, composition) : wording.Instruction(name, composition);
        return SessionProgram.Of(name, instruction, composition, cases, random.Chance(0.5));
    }
}
