using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Tests.Sandbox.Attacks;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>What every language does in a sandbox. Each program is compiled once for all tests of a class.</summary>
public abstract class LanguageTests(LanguageTests.PreparedPrograms prepared)
{
    private static readonly SandboxLimits Generous = new()
    {
        WallTime = TimeSpan.FromSeconds(60),
        CpuTime = TimeSpan.FromSeconds(30),
        MemoryBytes = 256 << 20,
        OutputBytes = 10_000,
    };

    public static TheoryData<string> Languages => [.. LanguagePrograms.All.Select(programs => programs.Language.Name)];

    public static TheoryData<string, string> Runs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string language in LanguagePrograms.All.Select(programs => programs.Language.Name))
            {
                foreach (string word in (string[])["sum 3 4", "exit", "crash", "loop", "sleep", "memory", "flood", "threads"])
                {
                    data.Add(language, word);
                }
            }

            return data;
        }
    }

    /// <summary>The sandbox that the tests use; skips the test if it can't run here.</summary>
    internal abstract ICodeSandbox GetSandbox();

    /// <summary>Whether a language is tried even where time is short.</summary>
    private protected virtual bool IsAlwaysTried(string language) => true;

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Run_Program_IsClassified(string language, string input)
    {
        SkipIfTimeIsShort(language);
        IPreparedProgram program = await prepared.GetAsync(GetSandbox(), language);
        SandboxLimits limits = input switch
        {
            "loop" => Generous with { CpuTime = TimeSpan.FromSeconds(0.6) },
            "sleep" => Generous with { WallTime = TimeSpan.FromSeconds(0.6) },
            _ => Generous,
        };
        SandboxResult result = await program.RunAsync(input + "\n", limits);
        (SandboxOutcome Outcome, int ExitCode) expected = input switch
        {
            "exit" => (SandboxOutcome.Failed, 3),
            "crash" => (SandboxOutcome.Crashed, LanguagePrograms.Of(language).CrashCode),
            "loop" => (SandboxOutcome.CpuTimeExceeded, result.ExitCode), // SIGXCPU or the sandbox ends it
            "sleep" => (SandboxOutcome.WallTimeExceeded, 137),
            "memory" => (SandboxOutcome.OutOfMemory, 137),
            "flood" => (SandboxOutcome.OutputLimitExceeded, 137),
            _ => (SandboxOutcome.Passed, 0),
        };
        Assert.True(expected == (result.Outcome, result.ExitCode), $"expected {expected}, got {result}");
        string? output = input switch
        {
            "sum 3 4" => "7\n",
            "threads" => "10\n",
            _ => null,
        };
        Assert.Equal(output ?? result.StandardOutput, result.StandardOutput);
        Assert.Equal(input == "flood", result.OutputTruncated);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Execute_BrokenProgram_SaysWhere(string name)
    {
        SkipIfTimeIsShort(name);
        (SandboxLanguage language, _, string broken) = LanguagePrograms.Of(name);
        SandboxResult result = await GetSandbox().ExecuteAsync(new SandboxProgram(broken, name), Generous);
        Skip(result);
        Assert.Equal(language.Compile is null ? SandboxOutcome.Failed : SandboxOutcome.CompileError, result.Outcome);
        Assert.InRange(result.ExitCode, 1, 255);
        Assert.Contains(language.SourceFile, result.StandardError);
        Assert.DoesNotContain("/unisolated-", result.StandardError);
        Assert.Equal(("", null), (result.StandardOutput, result.Message));
    }

    private void SkipIfTimeIsShort(string language) =>
        Assert.SkipUnless(Stress.IsOn || IsAlwaysTried(language), "Takes a minute for all languages: set REFLECTIONCODER_STRESS=1.");

    /// <summary>Skips a test if the machine lacks the language.</summary>
    internal static void Skip(SandboxResult? result)
    {
        if (result is { Outcome: SandboxOutcome.ToolchainMissing })
        {
            Assert.Skip(result.Message!);
        }
    }

    public sealed class PreparedPrograms : IDisposable
    {
        private readonly Dictionary<string, IPreparedProgram> programs = [];

        public void Dispose()
        {
            foreach (IPreparedProgram program in programs.Values)
            {
                program.Dispose();
            }
        }

        internal async Task<IPreparedProgram> GetAsync(ICodeSandbox sandbox, string language)
        {
            if (!programs.TryGetValue(language, out IPreparedProgram? program))
            {
                program = await sandbox.PrepareAsync(new SandboxProgram(LanguagePrograms.Of(language).Source, language));
                programs.Add(language, program);
            }

            Skip(program.Failure);
            Assert.True(program.Failure is null, program.Failure?.ToString());
            return program;
        }
    }
}
