using System.Text.Json;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>What the Ablate sample's report says of rows that are there.</summary>
public sealed class AblateEvidenceTests : IDisposable
{
    private const int Tasks = 60;

    private readonly RunFolder folder = new();
    private readonly List<string> rows = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Report_Verdicts_FollowFromTheIntervals()
    {
        Add("base", null, solved: 5);
        Add("final-code", 1, solved: 20);
        Add("reflection", 1, solved: 50);
        Add("full", 1, solved: 51);
        Add("on-policy", 1, solved: 8);
        string report = Report();
        Assert.Matches(@"- `reflection` less `final-code`: \+50\.0 \(\S+ to \S+\) points: \*\*ahead\*\*", report);
        Assert.Matches(@"- `full` less `reflection`: \+1\.7 \(0\.0 to \S+\) points: \*\*not told apart\*\*", report);
        Assert.Matches(@"- `on-policy` less `full`: -71\.7 \(\S+ to \S+\) points: \*\*behind\*\*", report);

        // A half of a heading may be there, and a heading without rows stands as not run.
        Assert.Matches(@"## Weight of the divergence\n\n[^\n]+\n\nNot run: `kl-0.1` less `full`; ", report);
        Assert.Matches(@"## Learning rates\n\n[^\n]+\n\nNot run\.", report);
        Assert.Matches(@"## Equal compute\n\n[^\n]+\n\nNot run: ", report);

        // The last third of the tasks is longer than any training task.
        Assert.Matches(@"- `reflection` less `final-code`, on tasks of `longer`: \+50\.0 ", report);
        Assert.Matches(@"- `full` less `reflection`, on tasks of `new_pair`: 0\.0 ", report);

        // A gain that is told apart has a price, one that isn't has none.
        Assert.Matches(@"\| on-policy \| \+5\.0 \(0\.0 to \S+\) \| not told apart \| 2\.0 \| 30 \| – \| – \|", report);
        Assert.Matches(@"\| reflection \| \+75\.0 \(\S+ to \S+\) \| ahead \| 2\.0 \| 30 \| 37\.50 \| 150\.0 \|", report);
    }

    [Fact]
    public void Report_OfThreeSeeds_ComparesLikelihoods()
    {
        foreach ((int seed, double nll) in ((int, double)[])[(1, 0.13), (2, 0.12), (3, 0.14)])
        {
            Add("reflection", seed, solved: 20);
            Add("full", seed, solved: 20, nll: nll);
            Add("kl-0.1", seed, solved: 20, group: "screening", nll: nll - 0.06);
        }

        // Differences of 0.02, 0.03 and 0.04: mean 0.03, deviation 0.01, and 4.303 / √3 times that to either side.
        string report = Report();
        Assert.Matches(@"- `full` less `reflection`: .*; nll \+0\.0300 \(\+0\.0052 to \+0\.0548\): \*\*higher\*\*\.", report);
        Assert.Matches(@"- `kl-0\.1` less `full`: .*; nll -0\.0600 \(-0\.0600 to -0\.0600\): \*\*lower\*\*\.", report);
    }

    [Fact]
    public void Report_TunedArms_ShowTheBestOfEachAndLeaveTheTableAlone()
    {
        Add("base", null, solved: 5);
        Add("final-code", 1, solved: 20);
        Add("final-code-rate-2-steps-2", 1, solved: 45, group: "tuning");
        Add("full", 1, solved: 40);
        Add("full-rate-2-steps-2", 1, solved: 30, group: "tuning");
        Add("full-rate-0.5-steps-1", 1, solved: 59, group: "tuning");
        string report = Report();
        Assert.Matches(
            @"- full and final-code, `full` less `final-code-rate-2-steps-2`, the best of 2 settings: "
                + @"-8\.3 \(\S+ to \S+\) points: \*\*behind\*\*",
            report
        );
        Assert.Contains("- reflection and final-code, not run.", report, StringComparison.Ordinal);
        Assert.Single(report.Split('\n'), line => line.StartsWith("| final-code | 1 |", StringComparison.Ordinal));
        Assert.DoesNotContain("| final-code-rate-2-steps-2 |", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_PaidAuthor_HasACostASequenceAndAPoint()
    {
        Add("base", null, solved: 0);
        Add("full", 1, solved: 30);
        string report = Report("--author-price", "full=100,1000000,500000,2,10");
        Assert.Matches(@"\| full \| given \| 100 \| – \| 0\.0700 \| \+50\.0 \(\S+ to \S+\) \| – \| 0\.1400 \|", report);
    }

    [Fact]
    public void Report_OtherTasksAndPositions_AreComparedOnTheirOwn()
    {
        Add("base", null, solved: 10, other: 0);
        Add("reflection", 1, solved: 20, other: 10);
        Add("full", 1, solved: 50, other: 40);
        Add("learned-positions", null, solved: 12);
        Add("learned-positions-reflection", 1, solved: 20, group: "positions");
        Add("learned-positions-full", 1, solved: 20, group: "positions");
        Add("no-positions", null, solved: 12);
        Add("no-positions-reflection", 1, solved: 20, group: "positions");
        Add("no-positions-full", 1, solved: 50, group: "positions");
        string report = Report();
        Assert.Matches(@"- `full` less `base`, on tasks of `known`: \+66\.7 \(\S+ to \S+\) points: \*\*ahead\*\*", report);
        Assert.Contains(
            "| arm | seeds | pass@1, held-out | nll, held-out | pass@1, known (60) | nll, known |",
            report,
            StringComparison.Ordinal
        );
        Assert.Contains("| full | 1 | 83.3 % | 0.1000 | 66.7 % | 0.3000 |", report, StringComparison.Ordinal);
        Assert.Matches(@"less what it has more with learned ones: \+50\.0 \(\S+ to \S+\) points: \*\*ahead\*\*", report);
        Assert.Matches(@"less what it has more without any: 0\.0 \(\S+ to \S+\) points: \*\*not told apart\*\*", report);

        // What it gains is against the base that it started from: 8 of 60 tasks.
        Assert.Matches(@"\| learned-positions-full \| 1 \| 33\.3 % \|.*\| \+13\.3 \(", report);

        // The table's reference starts from another base.
        Assert.Matches(@"\| no-positions-full \| 1 \| 83\.3 % \|.*\| \+63\.3 \(\S+ to \S+\) \| – \|", report);
    }

    private void Add(string arm, int? seed, int solved, string group = "main", int? other = null, double nll = 0.1) =>
        rows.Add(
            JsonSerializer.Serialize(
                new
                {
                    arm,
                    group = seed is null ? "base" : group,
                    seed,
                    study = "s",
                    fingerprint = arm,
                    commit = "c",
                    machine = new
                    {
                        processor = "p",
                        processors = 1,
                        threads = 1,
                        device = "cpu",
                        runtime = ".NET",
                    },
                    finished_at = "2026-01-01T00:00:00Z",
                    settings = new
                    {
                        steps = "450",
                        batch_size = "8",
                        learning_rate = "0.001",
                        @base = "b",
                        data = "d",
                    },
                    training = seed is null
                        ? null
                        : new
                        {
                            steps = 450,
                            parameters = 1,
                            sample_tokens = 1,
                            packed_tokens = 1,
                            answer_tokens = 0,
                            floating_point_operations = 2e12,
                            seconds = 30.0,
                        },
                    measured = new
                    {
                        pass_at1 = (double)solved / Tasks,
                        kinds = new { new_pair = new { tasks = 40, solved = 0 }, longer = new { tasks = 20, solved = 0 } },
                        nll,
                        nll_per_sample = 1.0,
                        teacher_nll = 0.2,
                        samples = 3,
                        unanswered = 0,
                        seconds = 1.0,
                        passed = Passed(solved),
                        longest_training = 2,
                        others = other is { } count ? new { known = new { nll = 0.3, passed = Passed(count) } } : null,
                    },
                }
            )
        );

    /// <summary>Every third task has three operations. An arm that solves more solves what one that solves less does.</summary>
    private static Dictionary<string, bool> Passed(int solved) =>
        Enumerable.Range(0, Tasks).ToDictionary(i => $"held_out/{i}/a+b{(i % 3 == 2 ? "+c" : "")}", i => i < solved);

    private string Report(params string[] further)
    {
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllLines(folder["out/results.jsonl"], rows);
        SampleResult result = SampleProcess.Run("Ablate", ["--output", folder["out"], "--report-only", "--seeds", "1", .. further]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return File.ReadAllText(folder["out/evidence.md"]);
    }
}
