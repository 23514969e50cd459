using System.Text.RegularExpressions;
using ReflectionCoder.Construction;
using ReflectionCoder.Samples.ReasoningTasks;
using ReflectionCoder.Samples.ReasoningTasks.Corpus;
using ReflectionCoder.Samples.ReasoningTasks.Derivations;
using ReflectionCoder.Samples.ReasoningTasks.Problems;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Samples;

public sealed class ReasoningProblemTests
{
    private static readonly DerivationVerifier Verifier = new();

    /// <summary>Each sentence as a pattern, so that a story's events are read off what it says.</summary>
    private static readonly (Operation Operation, Regex Sentence)[] Sentences =
    [
        .. OperationCatalog.All.SelectMany(operation => operation.Phrases.Select(phrase => (operation, Pattern(phrase)))),
    ];

    [Fact]
    public void Operations_HaveNamesAndWordingsOfTheirOwn()
    {
        Assert.InRange(OperationCatalog.All.Count, 25, 60);
        Assert.Distinct(OperationCatalog.All.Select(operation => operation.Name));
        Assert.Distinct(OperationCatalog.All.SelectMany(operation => operation.Phrases));
        Assert.All(
            OperationCatalog.All,
            operation =>
            {
                Assert.Equal(3, operation.Phrases.Length);
                string lines = string.Join('\n', operation.Lines);
                Assert.All(
                    (string[])["{k}", "{j}"],
                    name => Assert.All(operation.Phrases, phrase => Assert.Equal(lines.Contains(name), phrase.Contains(name)))
                );
            }
        );
    }

    [Fact]
    public void Split_HoldsOutAFifthOfThePairs_AndNoOperation()
    {
        Operation[][] pairs =
        [
            .. OperationCatalog.All.SelectMany(first => OperationCatalog.Taking(first.To).Select(second => new[] { first, second })),
        ];
        double share = pairs.Count(pair => !ProblemSplit.IsTraining(pair)) / (double)pairs.Length;
        Assert.InRange(share, 0.14, 0.26);
        Assert.All(OperationCatalog.All, operation => Assert.True(ProblemSplit.IsTraining([operation])));
    }

    [Fact]
    public void Problems_AreDistinctAndTheSameForASeed()
    {
        ProgrammingTask[] problems = Compose(5, 3000);
        Assert.Distinct(problems.Select(problem => problem.Instruction));
        Assert.Equal(problems.Take(300).Select(Text), Compose(5, 300).Select(Text));
        Assert.NotEqual(problems.Take(300).Select(Text), Compose(6, 300).Select(Text));
    }

    [Fact]
    public void Solutions_Hold_AndOtherOperatorsDoNot()
    {
        ProblemComposer heldOut = new(12);
        ProgrammingTask[] problems = [.. Compose(11, 300), .. Enumerable.Range(0, 90).Select(i => heldOut.HeldOut(i, 2 + (i % 3)))];
        int wrong = 0;
        foreach (ProgrammingTask problem in problems)
        {
            VerifierFinding right = Verify(problem, problem.Solution!);
            Assert.True(right.Passed, right.Error);
            IReadOnlyList<DerivationStep> steps = DerivationStep.Read(problem.Solution!)!;
            foreach ((int index, DerivationStep step) in steps.Index().Where(step => step.Item.Operator is "+" or "-" or "*"))
            {
                foreach (string other in ((string[])["+", "-", "*", "/"]).Where(other => other != step.Operator))
                {
                    VerifierFinding finding = Verify(
                        problem,
                        string.Join('\n', steps.Select((one, i) => i == index ? step with { Operator = other } : one))
                    );
                    Assert.False(finding.Passed, problem.TaskId);
                    Assert.NotEqual("", finding.Error);
                    wrong++;
                }
            }
        }

        Assert.True(wrong > 1000, $"{wrong} wrong derivations");
    }

    [Fact]
    public void HeldOutProblems_HaveAPairOrLengthThatNoTrainingTextHas()
    {
        HashSet<(string, string)> trained = [];
        IEnumerable<string> corpus = new ReasoningCorpus(9).Samples().Take(1500).SelectMany(sample => sample.Messages).SelectMany(Texts);
        foreach (string text in Compose(7, 3000).Select(problem => problem.Instruction).Concat(corpus))
        {
            IReadOnlyList<Operation> operations = Read(text);
            Assert.InRange(operations.Count, 0, 3);
            trained.UnionWith(Pairs(operations));
        }

        Assert.True(trained.Count > 150, $"{trained.Count} pairs");
        ProblemComposer composer = new(8);
        for (int i = 0; i < 400; i++)
        {
            ProgrammingTask problem = composer.HeldOut(i, 2 + (i % 3));
            IReadOnlyList<Operation> operations = Read(problem.Instruction);
            Assert.Equal(problem.TaskId.Split('/')[2].Split('+'), operations.Select(operation => operation.Name));
            Assert.True(operations.Count > 3 || Pairs(operations).Any(pair => !trained.Contains(pair)), problem.TaskId);
        }
    }

    [Fact]
    public void Corpus_HoldsOnlyDerivationsThatHold_AndIsTheSameForASeed()
    {
        Conversation[] samples = [.. new ReasoningCorpus(3).Samples().Take(600)];
        Block[] blocks = [.. samples.SelectMany(sample => sample.Messages).SelectMany(message => message.Content)];
        Block[] programs = [.. blocks.Where(block => block.Type == BlockType.Code)];
        Assert.True(programs.Length > 250, $"{programs.Length} programs");
        Assert.All(programs, program => Assert.True(Verifier.Verify(program.Content).Passed));
        Assert.Equal(
            programs.Select(program => Verifier.Verify(program.Content).Trace),
            blocks.Where(block => block.Type == BlockType.Execution).Select(block => block.Content)
        );
        Assert.All(samples, sample => Assert.Equal(SampleType.Generation, sample.Type));
        Assert.Equal(samples.SelectMany(Contents), new ReasoningCorpus(3).Samples().Take(600).SelectMany(Contents));

        static IEnumerable<string> Contents(Conversation sample) =>
            sample.Messages.SelectMany(message => message.Content).Select(block => block.Content);
    }

    private static Regex Pattern(string phrase) =>
        new(
            @"(?<![^\s])" // the beginning of a sentence
                + Regex
                    .Escape(phrase)
                    .Replace("\\{k}", @"\d+", StringComparison.Ordinal)
                    .Replace("\\{j}", @"\d+", StringComparison.Ordinal)
                    .Replace("\\{things}", "[a-z]+", StringComparison.Ordinal)
                    .Replace("\\{thing}", "[a-z]+", StringComparison.Ordinal)
        );

    private static IReadOnlyList<Operation> Read(string text) =>
        [
            .. Sentences
                .SelectMany(one => one.Sentence.Matches(text).Select(match => (match.Index, one.Operation)))
                .OrderBy(found => found.Index)
                .Select(found => found.Operation),
        ];

    private static (string, string)[] Pairs(IReadOnlyList<Operation> operations) =>
        [.. operations.Zip(operations.Skip(1), (first, second) => (first.Name, second.Name))];

    private static IEnumerable<string> Texts(Message message) =>
        message.Content.Where(block => block.Type == BlockType.Text).Select(block => block.Content);

    private static VerifierFinding Verify(ProgrammingTask problem, string derivation) =>
        Verifier.Verify($"{derivation}\n\n{string.Join('\n', problem.Asserts)}");

    private static string Text(ProgrammingTask task) =>
        $"{task.TaskId}\n{task.Instruction}\n{task.Solution}\n{string.Join('\n', task.Asserts)}";

    private static ProgrammingTask[] Compose(long seed, int count) => [.. DataFolder.Compose(new DataSizes(count, 0, 0, 0), seed)];
}
