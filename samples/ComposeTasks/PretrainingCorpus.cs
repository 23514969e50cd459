using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Plain code to pretrain a model on: instructions with their programs, and sessions in which programs are written, tested and asked for
/// again. No program is wrong, none is reflected on. Only compositions that are for training.
/// </summary>
/// <param name="seed">Equal seeds give equal samples.</param>
internal sealed class PretrainingCorpus(long seed)
{
    /// <summary>One sample in so many is a session.</summary>
    private const int Share = 4;
    private readonly SeededRandom random = new(seed);
    private readonly Wording wording = new(new SeededRandom(~seed));

    /// <summary>Samples without end.</summary>
    public IEnumerable<Conversation> Samples()
    {
        for (int i = 0; ; i++)
        {
            yield return i % Share == 0 ? Session(random.Between(1, 3)) : Instruction(1 + (i % CompositionSplit.MaxTrainingLength));
        }
    }

    private Conversation Instruction(int length)
    {
        (Composition composition, _) = Draw(length);
        string name = wording.Name();
        return PlainSample.Of(wording.Instruction(name, composition), composition.Write(name));
    }

    /// <summary>
    /// Programs that were written and tested one after the other, and one of them asked for again: whoever looks back has it to hand.
    /// </summary>
    private Conversation Session(int count)
    {
        List<Message> messages = [];
        List<(string Instruction, string Program)> written = [];
        for (int i = 0; i < count; i++)
        {
            (Composition composition, IReadOnlyList<TestCase> cases) = Draw(random.Between(1, CompositionSplit.MaxTrainingLength));
            string name = wording.Name();
            string program = composition.Write(name);
            string tests = string.Join('\n', cases.Select(test => test.Assert(name)));
            written.Add((wording.Instruction(name, composition), program));
            messages.Add(PlainSample.Request(written[^1].Instruction));
            messages.Add(
                new Message(
                    MessageRole.Assistant,
                    [
                        new Block(BlockType.Code, $"{program}\n\n{tests}\nprint(\"All tests passed.\")"),
                        new Block(BlockType.Execution, "All tests passed.\n"),
                    ]
                )
            );
        }

        (string instruction, string answer) = random.Chance(0.7) ? written[^1] : random.Pick(written);
        return new Conversation([.. messages, PlainSample.Request(instruction), PlainSample.Answer(answer)], SampleType.Generation);
    }

    private (Composition Composition, IReadOnlyList<TestCase> Cases) Draw(int length) =>
        TestCases.Draw(length, CompositionSplit.IsTraining, random);
}
