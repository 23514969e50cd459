using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Plain code to pretrain a model on: instructions with their programs, and coding sessions. No program is wrong, none is reflected on.
/// Only compositions that are for training, and only the first wording of each operation: the others are left to fine-tuning.
/// </summary>
/// <param name="seed">Equal seeds give equal samples.</param>
internal sealed class PretrainingCorpus(long seed)
{
    /// <summary>So many of each operation's wordings occur in it: the first ones.</summary>
    public const int Wordings = 1;

    /// <summary>One sample in so many is a session.</summary>
    private const int Share = 2;

    /// <summary>How many programs a session has.</summary>
    private static readonly int[] Programs = [0, 0, 1, 1, 1, 2];

    private readonly SeededRandom random = new(seed);
    private readonly Wording wording = new(new SeededRandom(~seed), Wordings);

    /// <summary>Samples without end.</summary>
    public IEnumerable<Conversation> Samples()
    {
        CodingSession session = new(random, wording);
        for (int i = 0; ; i++)
        {
            yield return i % Share == 0
                ? session.Draw(random.Pick(Programs))
                : Instruction(random.Between(1, CompositionSplit.MaxTrainingLength));
        }
    }

    private Conversation Instruction(int length)
    {
        (Composition composition, _) = TestCases.Draw(length, CompositionSplit.IsTraining, random);
        string name = wording.Name();
        return PlainSample.Of(wording.Instruction(name, composition), composition.Write(name));
    }
}
