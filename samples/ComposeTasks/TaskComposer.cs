using ReflectionCoder.Construction;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Composes tasks without end, no two alike: neither in what is asked nor in what is to be written.</summary>
/// <param name="seed">Equal seeds give equal tasks.</param>
internal sealed class TaskComposer(long seed)
{
    private readonly SeededRandom random = new(seed);
    private readonly Wording wording = new(new SeededRandom(~seed));
    private readonly Wording plain = new(new SeededRandom(seed), PretrainingCorpus.Wordings);
    private readonly HashSet<string> known = [];

    /// <summary>Composes a task for training.</summary>
    /// <param name="number">Its number, part of its id.</param>
    /// <param name="length">How many operations, from 1 to <see cref="CompositionSplit.MaxTrainingLength"/>.</param>
    public ProgrammingTask Training(int number, int length) => Compose($"train/{number}", "train", length, CompositionSplit.IsTraining);

    /// <summary>Composes a held-out task, with a pair of operations, or of a length, that no training task has.</summary>
    /// <param name="number">Its number, part of its id.</param>
    /// <param name="length">How many operations, at least 2.</param>
    public ProgrammingTask HeldOut(int number, int length) =>
        Compose($"held_out/{number}", "held_out", length, composition => !CompositionSplit.IsTraining(composition));

    private ProgrammingTask Compose(string id, string split, int length, Func<Composition, bool> belongs)
    {
        while (true)
        {
            (Composition composition, IReadOnlyList<TestCase> cases) = TestCases.Draw(length, belongs, random);
            string name = wording.Name();
            string instruction = wording.Instruction(name, composition);
            if (known.Add(composition.Write("f") + instruction))
            {
                return new ProgrammingTask
                {
                    TaskId = $"{id}/{string.Join('+', composition.Steps.Select(step => step.Operation.Name))}",
                    Instruction = instruction,
                    EntryPoint = name,
                    Solution = composition.Write(name),
                    Asserts = [.. cases.Select(test => test.Assert(name))],
                    Split = split,
                    Explanation = plain.Explanation(composition),
                };
            }
        }
    }
}
