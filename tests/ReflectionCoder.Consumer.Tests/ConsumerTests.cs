using System.Globalization;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>What a host gets: the packages from a feed, in projects outside the tree.</summary>
[Collection(nameof(ConsumerWorkspace))]
public sealed class ConsumerTests(ConsumerWorkspace workspace)
{
    private static readonly string Data = Path.Combine(RepositoryFolder.Path, "samples", "data");

    [Fact]
    public void Composition_OwnStrategyScheduleAndLossTerm_TrainsGeneratesAndEvaluates()
    {
        string[] lines = workspace.Run(
            "Composition",
            workspace.Config,
            workspace.Reflections,
            Path.Combine(Data, "tasks.jsonl"),
            "composition"
        );

        Assert.Contains("steps 20", lines);
        Assert.Equal(
            string.Join(' ', Enumerable.Range(1, 20).Select(step => Math.Sqrt(step / 20.0).ToString("F3", CultureInfo.InvariantCulture))),
            Value("rates ")
        );
        double[] crossEntropy = [.. Value("cross entropy ").Split(' ').Select(one => double.Parse(one, CultureInfo.InvariantCulture))];
        Assert.True(crossEntropy[1] < crossEntropy[0], $"training did not help: {crossEntropy[0]} to {crossEntropy[1]} nats");
        Assert.Equal("40", Value("strategy calls ")); // 20 steps of 2 samples
        Assert.Matches(@"^20, penalty [1-9]\.\d+E-\d+$", Value("loss calls "));
        Assert.EndsWith(Value("penalty of the last step "), Value("loss calls "));
        Assert.Contains("saved True", lines);
        Assert.True(int.Parse(Value("answer "), CultureInfo.InvariantCulture) >= 0);

        string? unavailable = lines.FirstOrDefault(line => line.StartsWith("no sandbox: "));
        if (unavailable is not null)
        {
            Assert.Skip(unavailable);
        }

        Assert.Contains("evaluated 2 answers; pass@1 of the solutions 1.0", lines);

        string Value(string name) => Assert.Single(lines, line => line.StartsWith(name))[name.Length..];
    }

    [Fact]
    public void Composition_RestoredPackages_AreTheOnesThatTheDocsList()
    {
        string[] listed = PackageDocument.Packages("What an application restores");
        string[] backends = PackageDocument.Packages("Torch's native library");
        string[] restored = workspace.RestoredPackages("Composition");
        Assert.Single(restored, one => backends.Contains(one));
        restored = [.. restored.Except(backends)];
        string[] difference = [.. listed.Except(restored).Select(one => "- " + one), .. restored.Except(listed).Select(one => "+ " + one)];
        Assert.True(difference.Length == 0, $"docs/packages.md lists other packages than a host gets:\n{string.Join('\n', difference)}");
    }

    /// <summary>
    /// The host stops the first run at its eighth step; the second goes on there; the third is refused for all its mistakes.
    /// </summary>
    [Fact]
    public void Hosting_BackgroundService_StopsResumesAndRefusesMistakes()
    {
        string[] lines = workspace.Run("Hosting", workspace.Config, workspace.Reflections, "hosting");

        Assert.Equal(
            ["stopped checkpoint-8", "done 8 20 0.50"],
            lines.Where(line => line.StartsWith("stopped ") || line.StartsWith("done "))
        );
        // no output directory, two values out of range
        Assert.Equal(3, lines.Count(line => line.StartsWith("mistake FineTuningOptions: ")));
        Assert.Contains("logged True", lines);
    }

    [Fact]
    public void CoreReadme_Program_RunsAsItStands() =>
        Assert.Equal(9, workspace.Run("CoreReadme", workspace.Reflections).Count(line => line.StartsWith("mask rate ")));

    [Fact]
    public void TrainingReadme_Program_RunsAsItStands() =>
        Assert.NotEmpty(workspace.Run("TrainingReadme", workspace.Config, workspace.Reflections, "readme"));

    /// <summary>The program runs JavaScript, if the machine can isolate it and has Node.js.</summary>
    [Fact]
    public void LanguagesReadme_Program_RunsAsItStands()
    {
        ProgramResult result = workspace.Start(workspace.Program("LanguagesReadme"));
        Assert.SkipWhen(result.Output.Contains("SandboxUnavailableException"), result.Output);
        Assert.True(result.ExitCode == 0, result.Output);
        bool hasNode = new[] { "/usr/local/bin", "/usr/bin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, "node")));
        Assert.SkipWhen(!hasNode && result.Output == "None: NotRun\n", "The sandbox has no Node.js.");
        Assert.Matches(@"^[a-z-]+(, [a-z-]+)*\n$", result.Output);
    }

    /// <summary>They use what is internal in Core, which another version may lack.</summary>
    [Theory]
    [InlineData("ReflectionCoder.Languages")]
    [InlineData("ReflectionCoder.Training")]
    public void Package_ThatSharesInternals_RequiresTheSameCore(string package) =>
        Assert.Equal($"[{workspace.Version}]", workspace.RequiredVersion(package, "ReflectionCoder.Core"));
}
