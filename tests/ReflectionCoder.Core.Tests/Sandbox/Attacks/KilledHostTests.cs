using System.Diagnostics;

namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// A host that is killed at any moment leaves no process. <c>REFLECTIONCODER_STRESS=1 ./test.sh --filter
/// FullyQualifiedName~KilledHostTests</c> kills 200 instead of 10, which takes about three minutes.
/// </summary>
[Collection(nameof(SandboxLeakTests))]
public sealed class KilledHostTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    /// <summary>No other process has this user, so that it tells whose a process is even if nothing else does.</summary>
    private const int User = 61_347;

    [Fact]
    public async Task Host_KilledAtAnyMoment_TakesEverythingAlong()
    {
        fixture.SkipIfUnavailable();
        var random = new Random(17);
        int kills = Stress.IsOn ? 200 : 10;
        int seen = 0;
        for (int i = 0; i < kills; i++)
        {
            string mark = $"killed-host-{Guid.NewGuid():N}";
            int delay = random.Next(0, 600);
            using Process host = SandboxHost.Start(isolated: true, User, mark);
            await Task.Delay(delay);
            Dictionary<int, string> family = HostProcesses.DescendantsOf(host.Id).ToDictionary(id => id, HostProcesses.StartOf);
            seen += HostProcesses.FindIds(mark).Count - 1; // without the host itself
            host.Kill();
            await host.WaitForExitAsync();
            long killed = Stopwatch.GetTimestamp();
            IReadOnlyList<int> left = Left();
            while (left.Count > 0 && Stopwatch.GetElapsedTime(killed) < TimeSpan.FromSeconds(1))
            {
                await Task.Delay(10);
                left = Left();
            }

            string lines = string.Join('\n', left.Select(id => File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ')));
            HostProcesses.Kill(mark);
            Assert.True(left.Count == 0, $"killed after {delay} ms, and still there after a second:\n{lines}");

            IReadOnlyList<int> Left() =>
                [
                    .. HostProcesses
                        .FindIds(mark)
                        .Concat(HostProcesses.OfUser(User))
                        .Concat(
                            family.Where(one => one.Value.Length > 0 && HostProcesses.StartOf(one.Key) == one.Value).Select(one => one.Key)
                        )
                        .Except(HostProcesses.FindIds(SandboxHost.Bystander + mark))
                        .Distinct(),
                ];
        }

        Assert.InRange(seen, kills / 2, int.MaxValue); // programs did run, if fewer on a busy machine
    }

    /// <summary>That the search above finds what is left.</summary>
    [Fact]
    public async Task Host_KilledWithoutIsolation_LeavesItsPrograms()
    {
        fixture.SkipIfUnavailable();
        string mark = $"killed-host-{Guid.NewGuid():N}";
        try
        {
            using Process host = SandboxHost.Start(isolated: false, User, mark);
            await Task.Delay(1500);
            host.Kill();
            await host.WaitForExitAsync();
            await Task.Delay(1000);
            Assert.NotEmpty(HostProcesses.FindIds(mark).Except(HostProcesses.FindIds(SandboxHost.Bystander + mark)));
        }
        finally
        {
            HostProcesses.Kill(mark);
        }
    }
}
