using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Derivations;
using ReflectionCoder.Samples.ReasoningTasks.Problems;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ReasoningTasks.Corpus;

/// <summary>
/// Problems that are derived and verified one after the other, and one of them asked for again: whoever looks back has it to hand. Some are
/// asked in words that mean nothing, so that the derivation above is the only answer. Half of the sessions are what a user pastes.
/// </summary>
/// <param name="random">Chooses problems.</param>
/// <param name="wording">Says what is asked.</param>
internal sealed class DerivationSession(SeededRandom random, StoryWording wording)
{
    private const double JargonShare = 0.4;
    private static readonly DerivationVerifier Verifier = new();
    private static readonly string[] LastAgain =
    [
        "Give the last derivation again, without the checks.",
        "Only the last derivation, please.",
        "Repeat the derivation above.",
    ];

    /// <summary>Draws a session.</summary>
    /// <param name="count">How many problems are derived.</param>
    public Conversation Draw(int count)
    {
        bool isPasted = random.Chance(0.5);
        bool isJargon = random.Chance(JargonShare);
        List<(string Instruction, Story Story)> derived = [];
        while (derived.Count < count)
        {
            Story story = Story.Draw(random.Between(1, ProblemSplit.MaxTrainingLength), ProblemSplit.IsTraining, random);
            derived.Add((isJargon ? $"{wording.Chatter(random.Between(4, 12))}." : wording.Instruction(story), story));
        }

        bool isLast = random.Chance(0.7);
        (string instruction, Story asked) = isLast ? derived[^1] : random.Pick(derived);
        string request = isLast && random.Chance(0.5) ? random.Pick(LastAgain) : instruction;
        return PlainSample.Session(
            isPasted,
            derived.Select(one => (one.Instruction, Run(one.Story))),
            request,
            PlainSample.Answer(asked.Derivation, DerivationVerifier.LanguageName)
        );
    }

    private static IReadOnlyList<Block> Run(Story story) =>
        [new(BlockType.Code, story.Program), new(BlockType.Execution, Verifier.Verify(story.Program).Trace)];
}
