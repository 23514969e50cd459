using ReflectionCoder.Construction;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ComposeTasks.Operations;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.Samples;

/// <summary>The files that the demo trains on and is measured with, as they are committed.</summary>
public sealed class DemoDataTests
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "samples", "demo");

    [Fact]
    public void TrainingData_HasNoCompositionThatIsHeldOut()
    {
        IReadOnlyList<Operation>[] trained =
        [
            .. Tasks().Where(task => task.Split == "train").Select(task => Read(task.Solution!)),
            .. Programs("reflection.train.jsonl").Select(Read),
            .. Programs("instructions.train.jsonl").Select(Read),
        ];
        Assert.True(trained.Length > 1500, $"{trained.Length} programs");
        Assert.All(trained, operations => Assert.InRange(operations.Count, 1, CompositionSplit.MaxTrainingLength));
        HashSet<(string, string)> pairs = [.. trained.SelectMany(Pairs)];

        IReadOnlyList<Operation>[] heldOut = [.. Tasks().Where(task => task.Split == "held_out").Select(task => Read(task.Solution!))];
        Assert.True(heldOut.Length >= 100, $"{heldOut.Length} held-out tasks");
        Assert.All(
            heldOut,
            operations =>
                Assert.True(
                    operations.Count > CompositionSplit.MaxTrainingLength || Pairs(operations).Any(pair => !pairs.Contains(pair)),
                    string.Join('+', operations.Select(operation => operation.Name))
                )
        );
    }

    [Fact]
    public void Tasks_AreThoseOfTheSeed()
    {
        TaskComposer training = new(3407);
        ProgrammingTask[] train = [.. Tasks().Where(task => task.Split == "train")];
        for (int i = 0; i < train.Length; i++)
        {
            ProgrammingTask composed = training.Training(i, 1 + (i % CompositionSplit.MaxTrainingLength));
            Assert.Equal(
                (composed.TaskId, composed.Instruction, composed.Solution),
                (train[i].TaskId, train[i].Instruction, train[i].Solution)
            );
            Assert.Equal(composed.Asserts, train[i].Asserts);
        }
    }

    [Fact]
    public void Base_IsAtMostSixMegabytes() =>
        Assert.InRange(new DirectoryInfo(Path.Combine(Folder, "base")).EnumerateFiles().Sum(file => file.Length), 1_000_000, 6_000_000);

    private static IEnumerable<ProgrammingTask> Tasks() => ProgrammingTaskReader.Read(Path.Combine(Folder, "tasks.jsonl"));

    /// <summary>The final code of each sample.</summary>
    private static IEnumerable<string> Programs(string file) =>
        SequenceReader.Read(Path.Combine(Folder, file)).Select(sample => Function(sample.Messages[^1].Content[0].Content));

    /// <summary>The function, of a program in a fence or before its tests.</summary>
    private static string Function(string content) => (FencedCode.FirstProgram(content) ?? content).Split("\n\n")[0].TrimEnd('\n');

    private static IReadOnlyList<Operation> Read(string solution) =>
        OperationReader.Read(solution) ?? throw new InvalidDataException("Not a composition:\n" + solution);

    private static IEnumerable<(string, string)> Pairs(IReadOnlyList<Operation> operations) =>
        operations.Zip(operations.Skip(1), (first, second) => (first.Name, second.Name));
}
