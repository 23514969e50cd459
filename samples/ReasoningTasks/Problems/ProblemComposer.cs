using ReflectionCoder.Construction;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ReasoningTasks.Verification;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>Composes problems without end, no two asked alike.</summary>
/// <param name="seed">Equal seeds give equal problems.</param>
internal sealed class ProblemComposer(long seed)
{
    private readonly SeededRandom random = new(seed);
    private readonly StoryWording wording = new(new SeededRandom(~seed));
    private readonly HashSet<string> known = [];

    /// <summary>Composes a problem for training.</summary>
    /// <param name="number">Its number, part of its id.</param>
    /// <param name="length">How many events, from 1 to <see cref="ProblemSplit.MaxTrainingLength"/>.</param>
    public ProgrammingTask Training(int number, int length) => Compose($"train/{number}", "train", length, ProblemSplit.IsTraining);

    /// <summary>Composes a held-out problem, with a pair of events, or of a length, that no training problem has.</summary>
    /// <param name="number">Its number, part of its id.</param>
    /// <param name="length">How many events, at least 2.</param>
    public ProgrammingTask HeldOut(int number, int length) =>
        Compose($"held_out/{number}", "held_out", length, operations => !ProblemSplit.IsTraining(operations));

    private ProgrammingTask Compose(string id, string split, int length, Func<IReadOnlyList<Operation>, bool> belongs)
    {
        while (true)
        {
            Story story = Story.Draw(length, belongs, random);
            string instruction = wording.Instruction(story);
            if (known.Add(instruction))
            {
                return new ProgrammingTask
                {
                    TaskId = $"{id}/{string.Join('+', story.Operations.Select(operation => operation.Name))}",
                    Instruction = instruction,
                    Language = DerivationVerifier.LanguageName,
                    EntryPoint = DerivationVerifier.Answer,
                    Solution = story.Derivation,
                    Asserts = story.Checks.Lines,
                    Split = split,
                };
            }
        }
    }
}
