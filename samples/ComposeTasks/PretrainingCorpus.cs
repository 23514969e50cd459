using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Plain code to pretrain a model on: instructions with their programs, and programs with their tests of which one is to be given again.
/// No program is wrong, none is reflected on. Only compositions that are for training.
/// </summary>
/// <param name="seed">Equal seeds give equal samples.</param>
internal sealed class PretrainingCorpus(long seed)
{
    /// <summary>One sample in so many is programs to be given again.</summary>
    private const int Share = 3;
    private readonly SeededRandom random = new(seed);
    private readonly Wording wording = new(new SeededRandom(~seed));

    /// <summary>Samples without end.</summary>
    public IEnumerable<Conversation> Samples()
    {
        for (int i = 0; ; i++)
        {
            yield return i % Share == 0 ? Lookup(random.Between(1, 3)) : Instruction(1 + (i / Share % CompositionSplit.MaxTrainingLength));
        }
    }

    private Conversation Instruction(int length)
    {
        (Composition composition, _) = Draw(length);
        string name = wording.Name();
        return PlainSample.Of(wording.Instruction(name, composition), composition.Write(name));
    }

    /// <summary>Programs with their tests, and one of them to be given again: only whoever looks back can.</summary>
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
        return PlainSample.Of($"{string.Join("\n\n", shown)}\n\nNow give the final code of `{wanted}` only.", programs[wanted]);
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
