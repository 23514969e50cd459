using System.Text.Json;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;
using ReflectionCoder.Tests.Sandbox.Attacks;

namespace ReflectionCoder.Tests.Construction;

/// <summary>
/// The committed tasks in JavaScript and C#, and their ids beside the Python ones. All run with <c>REFLECTIONCODER_STRESS=1 ./test.sh
/// --filter FullyQualifiedName~TaskFilesTests</c>, which takes a minute or two; else a few of each file do.
/// </summary>
public sealed class TaskFilesTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private static readonly Dictionary<string, string> Imports = new()
    {
        ["javascript"] = "const assert = require(\"assert\");",
        ["csharp"] = "using System.Diagnostics;",
    };

    // The load of the whole suite on few cores must not look like an endless loop.
    private static readonly SandboxLimits Patient = new() { WallTime = TimeSpan.FromSeconds(60), CpuTime = TimeSpan.FromSeconds(20) };

    public static TheoryData<string> Languages => [.. Imports.Keys];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Tasks_HaveTheForm(string language)
    {
        string[] lines = File.ReadAllLines(DataFiles.PathOf($"tasks.{language}.jsonl"));
        Entry[] tasks = Read(language);
        Assert.Equal((60, 9), (tasks.Length, tasks.Count(task => task.Split == "held_out")));
        Assert.All(tasks, task => Assert.Contains(task.Split, (string[])["train", "held_out"]));
        Assert.All(tasks, task => Assert.Equal(language, task.Language));
        Assert.All(tasks, task => Assert.EndsWith("/" + task.EntryPoint, task.TaskId));
        Assert.All(tasks, task => Assert.Contains(task.EntryPoint, task.Instruction, StringComparison.Ordinal));
        Assert.All(tasks, task => Assert.Matches($@"\b{task.EntryPoint}(<T>)?\(", task.Solution));
        Assert.All(tasks, task => Assert.InRange(task.Solution.Split('\n').Length, 5, 30));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 4000));

        string start = language == "csharp" ? "Debug.Assert(" : "assert.";
        foreach (Entry task in tasks)
        {
            Assert.True(task.Asserts.Distinct().Count() >= 4, task.TaskId);
            Assert.All(task.Asserts, text => Assert.StartsWith(start, text, StringComparison.Ordinal));
            Assert.All(task.Asserts, text => Assert.EndsWith(");", text, StringComparison.Ordinal));
            Assert.All(task.Asserts, text => Assert.DoesNotContain('\n', text));
            Assert.All(task.Asserts, text => Assert.Contains(task.EntryPoint, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Tasks_OfAllFiles_AreDifferent()
    {
        Entry[] others = [.. Imports.Keys.SelectMany(Read)];
        string[] ids = [.. DataFiles.Tasks.Select(task => task.TaskId), .. others.Select(task => task.TaskId)];
        Assert.Empty(ids.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => same.Key));

        // twoTeams, TwoTeams and two_teams would be one function in three languages.
        IEnumerable<string> names = DataFiles.Tasks.Select(task => task.EntryPoint!).Concat(others.Select(task => task.EntryPoint));
        var repeated = names.GroupBy(name => name.Replace("_", "").ToLowerInvariant()).Where(same => same.Count() > 1);
        Assert.Empty(repeated.Select(same => same.Key));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Solutions_RealSandbox_PassTheirAsserts(string language)
    {
        foreach ((Entry task, SandboxResult result) in await RunAsync(language, task => task.Solution))
        {
            Assert.True(result is { Outcome: SandboxOutcome.Passed, StandardOutput: "", StandardError: "" }, $"{task.TaskId}: {result}");
        }
    }

    /// <summary>Asserts on promises could pass unseen: nobody waits for them.</summary>
    [Fact]
    public async Task Stubs_RealSandbox_FailTheAsserts()
    {
        foreach ((Entry task, SandboxResult result) in await RunAsync("javascript", Stub, task => task.Solution.StartsWith("async")))
        {
            Assert.True(result.Outcome == SandboxOutcome.Failed, $"{task.TaskId}: {result}");
            Assert.Contains("Error", result.StandardError, StringComparison.Ordinal);
        }

        static string Stub(Entry task) =>
            task.Solution.StartsWith("async", StringComparison.Ordinal)
                ? $"async function {task.EntryPoint}() {{}}"
                : $"function {task.EntryPoint}() {{}}";
    }

    private static Entry[] Read(string language) =>
        [
            .. File.ReadLines(DataFiles.PathOf($"tasks.{language}.jsonl"))
                .Select(line => JsonSerializer.Deserialize<Entry>(line, JsonOptions) ?? throw new JsonException(line)),
        ];

    private static JsonSerializerOptions JsonOptions { get; } =
        new(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };

    private async Task<(Entry Task, SandboxResult Result)[]> RunAsync(
        string language,
        Func<Entry, string> solve,
        Func<Entry, bool>? always = null
    )
    {
        fixture.SkipIfUnavailable();
        int step =
            Stress.IsOn ? 1
            : language == "csharp" ? 30
            : 15;
        Entry[] chosen = [.. Read(language).Where((task, index) => index % step == 0 || always?.Invoke(task) == true)];
        SandboxResult[] results = await Task.WhenAll(
            chosen.Select(task =>
                fixture.RunAsync(
                    new SandboxProgram($"{Imports[language]}\n{solve(task)}\n{string.Join('\n', task.Asserts)}\n", language),
                    Patient
                )
            )
        );
        Assert.SkipWhen(results.Any(result => result.Outcome == SandboxOutcome.ToolchainMissing), $"The machine lacks {language}.");
        return [.. chosen.Zip(results)];
    }

    private sealed record Entry(
        string TaskId,
        string Language,
        string Instruction,
        string EntryPoint,
        string Solution,
        string[] Asserts,
        string Split
    );
}
