using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The Ablate sample at its border; programs run without a sandbox, so that it is tried wherever Python is.</summary>
public sealed class AblateCommandTests : IDisposable
{
    private readonly RunFolder folder = new();
    private readonly AblateStudy study;

    public AblateCommandTests() => study = new AblateStudy(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_TwiceAndAnew_TrainsOnceAndGivesEqualRows()
    {
        study.Write();
        SampleResult first = SampleProcess.Run("Ablate", study.Arguments("out"));
        Assert.True(first.ExitCode == 0, first.Errors);
        string[] lines = File.ReadAllLines(folder["out/results.jsonl"]);
        Assert.Equal(["base", "reflection", "on-policy"], lines.Select(line => (string?)JsonNode.Parse(line)!["arm"]));
        string evidence = File.ReadAllText(folder["out/evidence.md"]);
        Assert.Contains("| base | – |", evidence, StringComparison.Ordinal);
        Assert.Contains("| on-policy | 7 |", evidence, StringComparison.Ordinal);
        Assert.Contains(
            "- Arms without a measured row: final-code, unmasked, full, on-policy-solution",
            evidence,
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(folder["out/curves.html"]));
        Assert.False(Directory.Exists(folder["out/measured"]));

        SampleResult second = SampleProcess.Run("Ablate", study.Arguments("out"));
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Equal(3, second.Output.Split("is there already.").Length - 1);
        Assert.DoesNotContain("step ", second.Output, StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllLines(folder["out/results.jsonl"]));

        SampleResult anew = SampleProcess.Run("Ablate", study.Arguments("anew"));
        Assert.True(anew.ExitCode == 0, anew.Errors);
        Assert.Equal(lines.Select(AblateStudy.Timeless), File.ReadAllLines(folder["anew/results.jsonl"]).Select(AblateStudy.Timeless));

        // Its report is that of the rows alone.
        File.Delete(folder["anew/evidence.md"]);
        SampleResult report = SampleProcess.Run("Ablate", "--output", folder["anew"], "--report-only", "--seeds", "7");
        Assert.True(report.ExitCode == 0, report.Errors);
        Assert.Contains("| on-policy | 7 |", File.ReadAllText(folder["anew/evidence.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_RowSaysWhatItWasMadeOf()
    {
        study.Write();
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments("out", "--arms", "kl-0.5"));
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode row = JsonNode.Parse(File.ReadAllLines(folder["out/results.jsonl"])[1])!;
        Assert.Equal("0.5", (string?)row["settings"]!["kl_weight"]);
        Assert.Equal("linear", (string?)row["settings"]!["mask_rate_schedule"]);
        Assert.Equal(7, (long)row["seed"]!);
        Assert.Equal(1, (int)row["machine"]!["threads"]!);
        JsonNode measured = row["measured"]!;
        Assert.Equal(["held_out/0/a+b", "held_out/1/a+b+c"], measured["passed"]!.AsObject().Select(task => task.Key));
        Assert.Equal(["longer", "new_pair"], measured["kinds"]!.AsObject().Select(kind => kind.Key));
        Assert.True((double)measured["nll"]! > 0 && (double)measured["teacher_nll"]! > 0);

        // The metrics file says what was trained on; 6 operations a parameter and token.
        JsonNode training = row["training"]!;
        JsonNode[] steps =
        [
            .. Directory
                .GetFiles(folder["out/runs"], "metrics.jsonl", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines)
                .Select(line => JsonNode.Parse(line)!),
        ];
        long packed = steps.Sum(step =>
            (long)step["tokens"]! + (step["kl"] is null ? 0 : (long)step["tokens"]! - (long)step["hidden_tokens"]!)
        );
        Assert.Equal(2, steps.Length);
        Assert.Equal(packed, (long)training["packed_tokens"]!);
        Assert.Equal(6.0 * packed * (long)training["parameters"]!, (double)training["floating_point_operations"]!);
    }

    [Fact]
    public void Run_KilledInTraining_GoesOnFromItsCheckpointToTheSameRow()
    {
        study.Write();
        string[] further = ["--arms", "full", "--steps", "100", "--save-steps", "10"];
        using (SampleProcess run = SampleProcess.Start("Ablate", study.Arguments("out", further)))
        {
            run.WaitUntil(() =>
                Directory.Exists(folder["out/runs"])
                && Directory.GetDirectories(folder["out/runs"]).Any(one => TrainingCheckpoint.FindLatest(one) is not null)
            );
            run.Signal("KILL");
            Assert.Equal(137, run.WaitForResult().ExitCode);
        }

        Assert.Single(File.ReadAllLines(folder["out/results.jsonl"]));
        SampleResult resumed = SampleProcess.Run("Ablate", study.Arguments("out", further));
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.DoesNotContain("step 10/100", resumed.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder["out/runs"], "checkpoint-*", SearchOption.AllDirectories));
        SampleResult whole = SampleProcess.Run("Ablate", study.Arguments("whole", further));
        Assert.True(whole.ExitCode == 0, whole.Errors);
        Assert.Contains("step 10/100", whole.Output, StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllLines(folder["whole/results.jsonl"]).Select(AblateStudy.Timeless),
            File.ReadAllLines(folder["out/results.jsonl"]).Select(AblateStudy.Timeless)
        );
    }

    [Fact]
    public void Run_LastLineCutOff_IsMadeAgainFromTheTrainedModel()
    {
        study.Write();
        SampleResult first = SampleProcess.Run("Ablate", study.Arguments("out", "--arms", "reflection"));
        Assert.True(first.ExitCode == 0, first.Errors);
        string path = folder["out/results.jsonl"];
        string[] lines = File.ReadAllLines(path);
        File.WriteAllText(path, lines[0] + "\n" + lines[1][..40]);
        SampleResult second = SampleProcess.Run("Ablate", study.Arguments("out", "--arms", "reflection"));
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Contains("results.jsonl, line 2 was cut off", second.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("step ", second.Output, StringComparison.Ordinal);
        Assert.Equal(lines.Select(AblateStudy.Timeless), File.ReadAllLines(path).Select(AblateStudy.Timeless));
    }

    [Fact]
    public void Run_WithOtherTasks_MeasuresThemOfTheTrainedModel()
    {
        study.Write();
        SampleResult first = SampleProcess.Run("Ablate", study.Arguments("out", "--arms", "reflection"));
        Assert.True(first.ExitCode == 0, first.Errors);

        // Without a split all count, but for those that arms are trained on.
        File.WriteAllLines(folder["known.jsonl"], AblateStudy.OtherTaskLines());
        string[] further = ["--arms", "reflection", "--other-tasks", "known=" + folder["known.jsonl"]];
        SampleResult second = SampleProcess.Run("Ablate", study.Arguments("out", further));
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.DoesNotContain("step ", second.Output, StringComparison.Ordinal);
        JsonNode[] rows = [.. File.ReadAllLines(folder["out/results.jsonl"]).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(["base", "reflection", "base", "reflection"], rows.Select(row => (string?)row["arm"]));
        Assert.Null(rows[1]["measured"]!["others"]);
        JsonNode known = rows[3]["measured"]!["others"]!["known"]!;
        Assert.Equal(["other/1"], known["passed"]!.AsObject().Select(task => task.Key));
        Assert.True((double)known["nll"]! > 0);
        Assert.Equal((double)rows[1]["measured"]!["nll"]!, (double)rows[3]["measured"]!["nll"]!);
        string evidence = File.ReadAllText(folder["out/evidence.md"]);
        Assert.Contains("| pass@1, known (1) | nll, known |", evidence, StringComparison.Ordinal);
        Assert.Contains("- Rows of other settings in the file, not shown: 2.", evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"arm\": 3}\n")]
    [InlineData("no row\n")]
    public void Run_CorruptLine_IsRefusedByName(string line)
    {
        study.Write();
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder["out/results.jsonl"], line);
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments("out"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("results.jsonl, line 1: is no row of a study", result.Errors, StringComparison.Ordinal);
        Assert.Equal(line, File.ReadAllText(folder["out/results.jsonl"]));
    }

    [Theory]
    [InlineData("'ful' is no arm; expected some of final-code, reflection, unmasked, full", "--arms", "reflection,ful")]
    [InlineData("--seeds is '1,1'", "--seeds", "1,1")]
    [InlineData("--steps must be at least 1", "--steps", "0")]
    [InlineData("--other-tasks is 'longer=x'", "--other-tasks", "longer=x")]
    [InlineData("--learning-rate must be more than 0", "--learning-rate", "0")]
    public void Run_WrongUsage_Is2(string says, params string[] arguments)
    {
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments("out", arguments));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Theory]
    [InlineData("data/instructions.train.jsonl")]
    [InlineData("model/config.json")]
    public void Run_FileMissing_IsNamedAndNothingIsWritten(string name)
    {
        study.Write();
        File.Delete(folder[name]);
        SampleResult result = SampleProcess.Run("Ablate", study.Arguments("out"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{folder[name]} is missing", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }
}
