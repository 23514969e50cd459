using System.Text;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Bubblewrap;

namespace ReflectionCoder.Tests.Sandbox.Bubblewrap;

public sealed class TaskReportTests
{
    private const string Whole = """{"cpu": 0.25, "exit": 3, "limit": "cpu"}""" + "\n";

    [Fact]
    public void TryParse_WholeLine_IsRead() =>
        Assert.Equal(
            new TaskReport
            {
                Cpu = 0.25,
                Exit = 3,
                Limit = "cpu",
            },
            TaskReport.TryParse(Encoding.UTF8.GetBytes(Whole))
        );

    /// <summary>A task may be killed at any moment while it writes.</summary>
    [Fact]
    public void TryParse_AnyPartOfALine_IsNoReport()
    {
        for (int length = 0; length < Whole.Length; length++)
        {
            Assert.Null(TaskReport.TryParse(Encoding.UTF8.GetBytes(Whole[..length])));
        }
    }

    [Theory]
    [InlineData("{}}\n")]
    [InlineData("not JSON\n")]
    [InlineData("{\"exit\": \"0\"}\n")]
    [InlineData("\n")]
    public void TryParse_SomethingElse_IsNoReport(string text) => Assert.Null(TaskReport.TryParse(Encoding.UTF8.GetBytes(text)));

    public static TheoryData<string, double, int?, int?, string?, bool, SandboxOutcome?, int> Endings =>
        new()
        {
            { "None", 0, 0, null, null, false, SandboxOutcome.Passed, 0 },
            { "None", 0, 1, null, null, true, SandboxOutcome.Failed, 1 },
            { "None", 0, 152, null, null, false, SandboxOutcome.Failed, 152 },
            { "None", 0, 137, null, null, true, SandboxOutcome.Failed, 137 },
            { "None", 0, null, 11, null, true, SandboxOutcome.Crashed, 139 },
            { "None", 0, null, 9, null, false, SandboxOutcome.Crashed, 137 },
            { "None", 0, null, 9, null, true, SandboxOutcome.OutOfMemory, 137 },
            { "None", 0, null, null, "memory", false, SandboxOutcome.OutOfMemory, 137 },
            { "None", 0, 0, null, "memory", false, SandboxOutcome.OutOfMemory, 0 },
            { "None", 0, 0, null, "cpu", false, SandboxOutcome.CpuTimeExceeded, 0 },
            { "None", 0, null, 24, "cpu", false, SandboxOutcome.CpuTimeExceeded, 152 },
            { "WallTime", 0, null, null, null, true, SandboxOutcome.WallTimeExceeded, 137 },
            { "WallTime", 0, 0, null, null, false, SandboxOutcome.WallTimeExceeded, 137 },
            { "Output", 0, 0, null, null, false, SandboxOutcome.OutputLimitExceeded, 137 },
            { "None", 0, null, null, null, false, null, 0 },
            { "None", 0, null, null, null, true, SandboxOutcome.OutOfMemory, 137 },
        };

    [Theory]
    [MemberData(nameof(Endings))]
    public void Classify_Ending_HasOneOutcome(
        string reason,
        double cpu,
        int? exit,
        int? signal,
        string? limit,
        bool systemKilled,
        SandboxOutcome? outcome,
        int code
    )
    {
        TaskReport report = new()
        {
            Cpu = cpu,
            Exit = exit,
            Signal = signal,
            Limit = limit,
        };
        (SandboxOutcome Outcome, int ExitCode)? expected = outcome is { } known ? (known, code) : null;
        Assert.Equal(expected, TaskClassifier.Classify(Enum.Parse<StopReason>(reason), report, systemKilled));
    }

    [Fact]
    public void Classify_Error_IsTheSandboxsFailure() =>
        Assert.Null(TaskClassifier.Classify(StopReason.None, new TaskReport { Error = "mount /box", Exit = 0 }, systemKilled: false));
}
