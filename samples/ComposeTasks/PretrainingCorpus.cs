using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Plain code to pretrain a model on: instructions with their programs, and programs to be found again among others. Only compositions that
/// are for training.
/// </summary>
/// <param name="seed">Equal seeds give equal samples.</param>
internal sealed class PretrainingCorpus(long seed)
{
    /// <summary>One sample in so many is programs to find again.</summary>
    private const int Share = 6;
    private readonly SeededRandom random = new(seed);
    private readonly Wording wording = new(new SeededRandom(~seed));

    /// <summary>Samples without end.</summary>
    public IEnumerable<Conversation> Samples()
    {
        for (int i = 0; ; i++)
        {
            yield return i % Share == 0 ? Lookup(2) : Instruction(1 + (i % CompositionSplit.MaxTrainingLength));
        }
    }

    private Conversation Instruction(int length)
    {
        (Composition composition, _) = Draw(length);
        string name = wording.Name();
        return PlainSample.Of(wording.Instruction(name, composition), composition.Write(name));
    }

    private Conversation Lookup(int count)
    {
        Dictionary<string, string> programs = [];
        List<string> shown = [];
        while (programs.Count < count)
        {
            (Composition composition, IReadOnlyList<TestCase> cases) = Draw(random.Between(1, CompositionSplit.MaxTrainingLength));
            string name = wording.Name();
            string program = composition.Write(name);
            if (programs.TryAdd(name, program))
            {
                shown.Add($"{program}\n\n{string.Join('\n', cases.Select(test => test.Assert(name)))}");
            }
        }

        string wanted = random.Pick([.. programs.Keys]);
        return PlainSample.Of($"{string.Join("\n\n", shown)}\n\nRepeat `{wanted}`.", programs[wanted]);
    }

    private (Composition Composition, IReadOnlyList<TestCase> Cases) Draw(int length)
    {
        while (true)
        {
            Composition composition = Composition.Draw(length, random);
            if (CompositionSplit.IsTraining(composition) && TestCases.TryDraw(composition, random, out IReadOnlyList<TestCase>? cases))
            {
                return (composition, cases);
            }
        }
    }
}
