using System.Text.Json.Nodes;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The arms of the Ablate sample that need something found out, written or given before they are trained.</summary>
public sealed class AblateArmTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly AblateStudy study;

    public AblateArmTests() => study = new AblateStudy(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_MeasuredArms_MeasureTheBaseOnce()
    {
        study.Write();
        SampleResult first = Run("out", "--arms", "order-measured,most-divergent,divergence-weighed");
        Assert.Equal(2, first.Output.Split("measuring the base's").Length - 1);

        // Hidden in the order of importance, least first.
        JsonObject importance = Rows("out").Single(row => (string?)row["arm"] == "order-measured")["prepared"]![
            "block_importance"
        ]!.AsObject();
        Assert.Equal(["Code", "Execution", "Text"], importance.Select(type => type.Key).Order());
        double[] values = [.. importance.Select(type => (double)type.Value!)];
        Assert.Equal(values.Order(), values);
        Assert.True(values[0] > 0);

        SampleResult second = Run("out", "--arms", "least-divergent");
        Assert.DoesNotContain("measuring the base's", second.Output, StringComparison.Ordinal);

        // The two halves are of other samples, and have as many reflections as all arms.
        long[] tokens = [.. Rows("out").Where(row => ((string)row["arm"]!).EndsWith("-divergent")).Select(Tokens)];
        Assert.Equal(2, tokens.Length);
        Assert.NotEqual(tokens[0], tokens[1]);
    }

    [Fact]
    public void Run_TwoAuthors_HaveEqualCountsOfTheSameTasks()
    {
        study.Write();
        _ = Run("out", "--arms", "author-data,author-model", "--max-new-tokens", "12");
        string authored = Assert.Single(Directory.GetDirectories(folder["out/authored"]));
        Conversation[] before = [.. SequenceReader.Read(Path.Combine(authored, "before.jsonl"))];
        Conversation[] byModel = [.. SequenceReader.Read(Path.Combine(authored, "model.jsonl"))];
        Assert.NotEmpty(before);
        Assert.Equal(before.Select(one => one.Metadata!.TaskId), byModel.Select(one => one.Metadata!.TaskId));
        foreach ((Conversation data, Conversation model) in before.Zip(byModel))
        {
            // Text, the wrong attempt and its run, what is wrong, the solution and its run; the rest is the data's.
            IReadOnlyList<Block> blocks = model.Messages[1].Content;
            Assert.Equal(
                [BlockType.Text, BlockType.Code, BlockType.Execution, BlockType.Text, BlockType.Code, BlockType.Execution],
                blocks.Select(block => block.Type)
            );
            Assert.Contains("Error", blocks[2].Content, StringComparison.Ordinal);
            Assert.Contains("return x + ", blocks[4].Content, StringComparison.Ordinal);
            Assert.Equal(data.Messages[3].Content, model.Messages[3].Content);
        }

        JsonNode[] rows = [.. Rows("out").Where(row => row["prepared"] is not null)];
        Assert.Equal(["author-data", "author-model"], rows.Select(row => (string?)row["arm"]));
        Assert.All(rows, row => Assert.Equal(before.Length, (int)row["prepared"]!["sequences"]!));
        Assert.All(rows, row => Assert.True((double)row["prepared"]!["seconds_per_sequence"]! > 0));
    }

    [Fact]
    public void Run_OnPolicy_ShowsTheSolutionOrStartsFromTheFirstRound()
    {
        study.Write();
        _ = Run("out", "--arms", "on-policy,on-policy-solution,on-policy-second");

        // Before the first update all but the second round write the same answers; the solution makes the teacher's row longer.
        Assert.True(FirstTokens("on-policy-solution") > FirstTokens("on-policy"));
        Assert.Equal(FirstStep("on-policy")["answer_tokens"]!.ToString(), FirstStep("on-policy-solution")["answer_tokens"]!.ToString());
        Assert.Single(Directory.GetDirectories(folder["out/runs"], "full-7-*"));
        JsonNode[] rows = Rows("out");
        Assert.DoesNotContain("full", rows.Select(row => (string?)row["arm"]));
        Assert.StartsWith(
            "first round ",
            (string?)rows.Single(row => (string?)row["arm"] == "on-policy-second")["settings"]!["start"],
            StringComparison.Ordinal
        );

        JsonNode FirstStep(string arm) =>
            JsonNode.Parse(
                File.ReadLines(Path.Combine(Directory.GetDirectories(folder["out/runs"], $"{arm}-7-*").Single(), "metrics.jsonl")).First()
            )!;
        long FirstTokens(string arm) => (long)FirstStep(arm)["tokens"]!;
    }

    [Fact]
    public void Run_Alone_DistilsInEveryStep()
    {
        study.Write();
        _ = Run("out", "--arms", "full-alone", "--steps", "6");
        string metrics = Assert.Single(Directory.GetFiles(folder["out/runs"], "metrics.jsonl", SearchOption.AllDirectories));
        JsonNode[] steps = [.. File.ReadLines(metrics).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(6, steps.Length);
        Assert.All(steps, step => Assert.True((double)step["kl"]! > 0));
        Assert.Contains("| full-alone | 7 |", File.ReadAllText(folder["out/evidence.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EqualCompute_TakesTheStepsThatTheOperationsAllow()
    {
        study.Write();
        _ = Run("out", "--arms", "full,final-code-equal-compute", "--steps", "4");
        JsonNode[] rows = Rows("out");
        double wanted = Operations(rows.Single(row => (string?)row["arm"] == "full"));
        JsonNode equal = rows.Single(row => (string?)row["arm"] == "final-code-equal-compute");
        JsonNode usual = JsonNode.Parse(
            File.ReadAllText(Directory.GetFiles(folder["out/runs"], "trained.json", SearchOption.AllDirectories).Single(IsUsual))
        )!;
        long steps = (long)equal["training"]!["steps"]!;
        Assert.Equal(Math.Round(wanted / (double)usual["FloatingPointOperations"]! * 4), steps);
        Assert.True(steps > 4);
        string report = File.ReadAllText(folder["out/evidence.md"]);
        Assert.Contains("- `final-code-equal-compute` less `full`: ", report, StringComparison.Ordinal);
        Assert.Contains("| final-code-equal-compute | 7 |", report[report.IndexOf("## Equal compute", StringComparison.Ordinal)..]);

        static bool IsUsual(string path) =>
            Path.GetFileName(Path.GetDirectoryName(path)!).StartsWith("final-code-7-", StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Positions_StartFromTheirOwnBase()
    {
        study.Write();
        SampleResult without = Run("without", "--arms", "positions");
        Assert.Contains(
            "learned-positions-full isn't run: --bases names no learned-positions=DIR.",
            without.Errors,
            StringComparison.Ordinal
        );
        Assert.Contains("no-positions-full isn't run: --bases names no no-positions=DIR.", without.Errors, StringComparison.Ordinal);
        Assert.Equal(["base"], Rows("without").Select(row => (string?)row["arm"]));

        SaveBase("learned", TinyRun.Config with { PositionEmbeddingType = PositionEmbeddingType.Absolute });
        SaveBase(
            "none",
            TinyRun.Config with
            {
                Family = ModelFamily.SmolLM3,
                RotaryLayers = [.. Enumerable.Repeat(false, TinyRun.Config.HiddenLayers)],
            }
        );
        string[] bases = [$"learned-positions={folder["learned"]}", "--bases", $"no-positions={folder["none"]}"];
        _ = Run("out", ["--arms", "positions", "--bases", .. bases]);
        JsonNode[] rows = Rows("out");
        Assert.Equal(
            ["base", "learned-positions", "no-positions", .. Arms("learned-positions"), .. Arms("no-positions")],
            rows.Select(row => (string?)row["arm"])
        );
        Assert.Equal(3, rows.Take(3).Select(row => (double)row["measured"]!["nll"]!).Distinct().Count());
        Assert.Equal((string?)rows[1]["settings"]!["base"], (string?)rows[4]["settings"]!["base"]);
        Assert.Equal((string?)rows[2]["settings"]!["base"], (string?)rows[6]["settings"]!["base"]);
        Assert.Single(rows.Select(row => (string?)row["study"]).Distinct());

        static string[] Arms(string start) => [$"{start}-reflection", $"{start}-full"];
    }

    private void SaveBase(string name, ModelConfig config)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(config, TorchSharp.torch.CPU, seed: 5);
        PretrainedModel.Save(folder[name], model, TinyRun.Tokenizer);
    }

    [Theory]
    [InlineData("--bases is 'positions=x'; it must be NAME=DIR with a name of learned-positions, no-positions", "--bases", "positions=x")]
    [InlineData("'full=0,1,1,1,1' is no author's price", "--author-price", "full=0,1,1,1,1")]
    public void Run_WrongUsage_Is2(string says, params string[] arguments)
    {
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments("out", arguments));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
    }

    private SampleResult Run(string output, params string[] further)
    {
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments(output, further));
        Assert.True(result.ExitCode == 0, result.Errors);
        return result;
    }

    private JsonNode[] Rows(string output) => [.. File.ReadLines(folder[$"{output}/results.jsonl"]).Select(line => JsonNode.Parse(line)!)];

    private static long Tokens(JsonNode row) => (long)row["training"]!["sample_tokens"]!;

    private static double Operations(JsonNode row) => (double)row["training"]!["floating_point_operations"]!;
}
