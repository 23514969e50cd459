using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Problems;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ReasoningTasks.Corpus;

/// <summary>
/// Plain samples to pretrain a model on: problems with their derivations, and sessions. No derivation is wrong, none is reflected on. Only
/// stories that are for training, and only the first wording of each sentence: the others are left to fine-tuning.
/// </summary>
/// <param name="seed">Equal seeds give equal samples.</param>
internal sealed class ReasoningCorpus(long seed)
{
    /// <summary>One sample in so many is a session.</summary>
    private const int Share = 3;
    private const int Wordings = 1;
    private readonly SeededRandom random = new(seed);
    private readonly StoryWording wording = new(new SeededRandom(~seed), Wordings);

    /// <summary>Samples without end.</summary>
    public IEnumerable<Conversation> Samples()
    {
        DerivationSession session = new(random, wording);
        for (int i = 0; ; i++)
        {
            yield return i % Share == 0
                ? session.Draw(random.Between(1, 3))
                : Plain(Story.Draw(random.Between(1, ProblemSplit.MaxTrainingLength), ProblemSplit.IsTraining, random));
        }
    }

    private Conversation Plain(Story story) =>
        PlainSample.Of(wording.Instruction(story), story.Derivation, DerivationVerifier.LanguageName);
}
