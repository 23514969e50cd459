using ReflectionCoder.Construction;
using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ComposeTasks.Operations;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Samples;

public sealed class ComposedTaskTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Fact]
    public void Operations_HaveNamesAndWordingsOfTheirOwn()
    {
        Assert.InRange(OperationCatalog.All.Count, 60, 120);
        Assert.Distinct(OperationCatalog.All.Select(operation => operation.Name));
        Assert.All(OperationCatalog.All, operation => Assert.Equal(3, operation.Phrases.Distinct().Count()));

        // A wording that two operations on the same type shared would ask for either.
        Assert.Distinct(OperationCatalog.All.SelectMany(operation => operation.Phrases.Select(phrase => (operation.From, phrase))));
        Assert.All(
            OperationCatalog.All,
            operation =>
                Assert.All(
                    operation.Phrases.Append(string.Join('\n', operation.Code)),
                    text => Assert.Equal(operation.Parameters is not null, text.Contains("{k}", StringComparison.Ordinal))
                )
        );
    }

    [Fact]
    public void Split_HoldsOutAFifthOfThePairs_AndNoOperation()
    {
        (Operation First, Operation Second)[] pairs =
        [
            .. OperationCatalog.All.SelectMany(first => OperationCatalog.Taking(first.To).Select(second => (first, second))),
        ];
        double share = pairs.Count(pair => CompositionSplit.IsHeldOut(pair.First, pair.Second)) / (double)pairs.Length;
        Assert.InRange(share, 0.17, 0.23);
        Assert.All(
            OperationCatalog.All,
            operation => Assert.True(CompositionSplit.IsTraining(new Composition([new Step(operation, operation.Parameters?[0] ?? "")])))
        );
    }

    [Fact]
    public void Tasks_TenThousand_AreDistinctAndTheSameForASeed()
    {
        ProgrammingTask[] tasks = Compose(5, 10_000);
        Assert.Distinct(tasks.Select(task => task.Instruction));
        Assert.Equal(tasks.Take(500).Select(Text), Compose(5, 500).Select(Text));
        Assert.NotEqual(tasks.Take(500).Select(Text), Compose(6, 500).Select(Text));
    }

    [Fact]
    public void HeldOutTasks_HaveAPairOrLengthThatNoTrainingTaskHas()
    {
        HashSet<(string, string)> trained = [];
        foreach (ProgrammingTask task in Compose(7, 6000))
        {
            IReadOnlyList<Operation> operations = OperationReader.Read(task.Solution!)!;
            Assert.InRange(operations.Count, 1, 3);
            trained.UnionWith(Pairs(operations));
        }

        Assert.True(trained.Count > 700, $"{trained.Count} pairs");
        TaskComposer composer = new(8);
        for (int i = 0; i < 600; i++)
        {
            IReadOnlyList<Operation> operations = OperationReader.Read(composer.HeldOut(i, 2 + (i % 3)).Solution!)!;
            Assert.True(operations.Count > 3 || Pairs(operations).Any(pair => !trained.Contains(pair)));
        }
    }

    [Fact]
    public async Task Solutions_PassTheirAsserts_AndNearMissesFail()
    {
        fixture.SkipIfUnavailable();
        TaskComposer composer = new(9);
        int misses = 0;
        for (int i = 0; i < 24; i++)
        {
            ProgrammingTask task = i % 2 == 0 ? composer.Training(i, 1 + (i % 3)) : composer.HeldOut(i, 2 + (i % 3));
            Assert.Equal(SandboxOutcome.Passed, await RunAsync(task, task.Solution!));

            string[] lines = task.Solution!.Split('\n');
            if (
                OperationReader.Read(task.Solution)![0] is var first
                && lines.Length > 2
                && first.From == first.To
                && first.Code.Length == 1
            )
            {
                misses++;
                Assert.Equal(SandboxOutcome.Failed, await RunAsync(task, string.Join('\n', lines.Where((_, line) => line != 1))));
            }
        }

        Assert.True(misses >= 4, $"{misses} solutions lost their first step");
    }

    private static (string, string)[] Pairs(IReadOnlyList<Operation> operations) =>
        [.. operations.Zip(operations.Skip(1), (first, second) => (first.Name, second.Name))];

    private static string Text(ProgrammingTask task) =>
        $"{task.TaskId}\n{task.Instruction}\n{task.Solution}\n{string.Join('\n', task.Asserts)}";

    private static ProgrammingTask[] Compose(long seed, int count)
    {
        TaskComposer composer = new(seed);
        return [.. Enumerable.Range(0, count).Select(i => composer.Training(i, 1 + (i % 3)))];
    }

    private async Task<SandboxOutcome> RunAsync(ProgrammingTask task, string solution) =>
        (await new TaskRunner(fixture.Sandbox, task).RunAsync(solution, TestContext.Current.CancellationToken)).Result.Outcome;
}
