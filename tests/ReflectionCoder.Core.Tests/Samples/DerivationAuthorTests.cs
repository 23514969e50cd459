using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Samples.ReasoningTasks;
using ReflectionCoder.Samples.ReasoningTasks.Derivations;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Samples;

/// <summary>Reflection sequences over derivations, and their evaluation, through the library's own parts.</summary>
public sealed class DerivationAuthorTests : IDisposable
{
    private static readonly DataSizes Sizes = new(Train: 120, HeldOut: 20, Instructions: 30, Corpus: 30);
    private static readonly DerivationVerifier Verifier = new();

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("reflectioncoder-reasoning-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Folder_HasTheStudysFiles_AndTheSameBytesForASeed()
    {
        string[] files = ["tasks.jsonl", "reflection.train.jsonl", "reflection.held_out.jsonl", "instructions.train.jsonl", "corpus.jsonl"];
        ConstructionSummary summary = await DataFolder.WriteAsync(At("a"), Sizes, 1, CancellationToken.None);
        Assert.Equal((120, 20), (summary.TrainSequences, summary.HeldOutSequences));
        _ = await DataFolder.WriteAsync(At("b"), Sizes, 1, CancellationToken.None);
        _ = await DataFolder.WriteAsync(At("c"), Sizes, 2, CancellationToken.None);
        Assert.All(
            files,
            file =>
            {
                byte[] bytes = File.ReadAllBytes(Path.Combine(At("a"), file));
                Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(At("b"), file)));
                Assert.NotEqual(bytes, File.ReadAllBytes(Path.Combine(At("c"), file)));
            }
        );
        Assert.Equal(
            files.Append("manifest.json").Append("rejects.jsonl").Order(),
            Directory.GetFiles(At("a")).Select(path => Path.GetFileName(path)).Order()
        );
    }

    [Fact]
    public async Task Sequences_ShowWhatTheVerifierReallySays_AndEndInADerivationThatHolds()
    {
        _ = await DataFolder.WriteAsync(At("data"), Sizes, 1, CancellationToken.None);
        Conversation[] sequences = [.. SequenceReader.Read(Path.Combine(At("data"), "reflection.train.jsonl"))];
        HashSet<string> kinds = [];
        foreach (Conversation sequence in sequences)
        {
            Assert.Equal(SampleType.Reflection, sequence.Type);
            Assert.Equal(4, sequence.Messages.Count);
            IReadOnlyList<Block> blocks = sequence.Messages[1].Content;
            string[] programs = [.. blocks.Where(block => block.Type == BlockType.Code).Select(block => block.Content)];
            VerifierFinding[] findings = [.. programs.Select(Verifier.Verify)];
            Assert.Equal(
                findings.Select(finding => finding.Trace + finding.Error),
                blocks.Where(block => block.Type == BlockType.Execution).Select(block => block.Content)
            );
            Assert.Equal(sequence.Metadata!.Mistakes.Count + 1, programs.Length);
            Assert.True(findings[^1].Passed);
            Assert.All(findings.SkipLast(1), finding => Assert.False(finding.Passed));

            // What is said of a failed attempt quotes the verifier.
            Block[] said = [.. blocks.Where(block => block.Type == BlockType.Text).Skip(1)];
            Assert.All(
                findings.SkipLast(1).Zip(said),
                pair => Assert.Contains(VerifierReport.Read(pair.First.Error).Detail, pair.Second.Content, StringComparison.Ordinal)
            );
            string answer = sequence.Messages[3].Content[0].Content;
            Assert.Equal($"```derivation\n{programs[^1].Split("\n\n")[0]}\n```", answer);
            kinds.UnionWith(sequence.Metadata.Mistakes);
        }

        string[] expected =
        [
            "wrong-operator",
            "wrong-operand",
            "swapped-operands",
            "swapped-steps",
            "missing-step",
            "misspelt-name",
            "no-equals-sign",
            "name-last",
            "no-operator",
            "no-answer",
        ];
        Assert.Equal(expected.Order(), kinds.Order());
        Assert.Contains(sequences, sequence => sequence.Metadata!.Mistakes.Count == 2);
    }

    [Theory]
    [InlineData("answer = 6 - (2)", "given 6, 2", "SolutionUnreadable")]
    [InlineData("answer = 6 + 2", "given 6, 2", "SolutionFailed")]
    [InlineData("answer = 6 - 2", "assert answer == 4", "SolutionUnreadable")]
    public async Task Task_ThatCannotBeBroken_IsTurnedAway(string solution, string first, string reason)
    {
        ProgrammingTask task = new()
        {
            TaskId = "one",
            Instruction = "There are 6 eggs. 2 are eaten. How many are left?",
            Language = DerivationVerifier.LanguageName,
            Solution = solution,
            Asserts = [first, "steps 4", "check answer == 4"],
        };
        ReflectionDraft draft = await new DerivationAuthor(Verifier, 1).WriteAsync(task, 0);
        Assert.Null(draft.Conversation);
        Assert.Equal(reason, draft.Reason);
    }

    [Fact]
    public async Task Evaluator_CountsAnswersThatHold()
    {
        _ = await DataFolder.WriteAsync(At("data"), Sizes, 1, CancellationToken.None);
        IReadOnlyList<EvaluationProblem> problems =
        [
            .. (await new DerivationBenchmark().ReadAsync(Path.Combine(At("data"), "tasks.jsonl"))).Where(one => one.Split == "held_out"),
        ];
        List<EvaluationResult> results = await new Evaluator(Verifier).EvaluateAsync(problems, new Answers(problems)).ToListAsync();
        Assert.Equal(20, results.Count);
        foreach (EvaluationResult result in results)
        {
            bool isRight = Answers.IsRight(problems.ToList().FindIndex(problem => problem.TaskId == result.TaskId));
            Assert.True(result.Passed == isRight, $"{result.TaskId}: {result.Details}");
            Assert.Equal(isRight, result.Details.Length == 0);
        }
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Answers as a model does: every second problem rightly, some with words behind the fence.</summary>
    private sealed class Answers(IReadOnlyList<EvaluationProblem> problems) : ICodeGenerator
    {
        public static bool IsRight(int problem) => problem % 2 == 0;

        public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default)
        {
            Assert.Equal("```derivation\n", answerPrefix);
            int index = problems.ToList().FindIndex(problem => problem.Instruction == instruction);
            string derivation = problems[index].ReferenceSolution!;
            return Task.FromResult(
                !IsRight(index) ? "answer = 1\n```"
                : index % 4 == 0 ? derivation
                : $"{derivation}\n```\nThat is the answer."
            );
        }
    }
}
