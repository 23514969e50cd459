using System.Diagnostics;
using System.Text.RegularExpressions;
using ReflectionCoder.Construction;
using ReflectionCoder.Tests.Construction.Calls;
using ReflectionCoder.Tests.Sandbox.Attacks;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>
/// A run against a faulty endpoint, over HTTP, that is killed at any moment comes to the same files, and asks for nothing twice that its
/// journal has. <c>REFLECTIONCODER_STRESS=1 ./test.sh --filter FullyQualifiedName~KilledRunTests</c> has 300 tasks and 10 kills instead of
/// 40 and 3.
/// </summary>
public sealed partial class KilledRunTests : IDisposable
{
    private readonly TemporaryFolder killed = new();
    private readonly TemporaryFolder whole = new();
    private readonly FaultyEndpoint endpoint = new(ConstructionHost.Answer, ConstructionHost.Fault);

    public void Dispose()
    {
        endpoint.Dispose();
        killed.Dispose();
        whole.Dispose();
    }

    [Fact]
    public async Task Run_KilledAtRandom_EndsTheSameAndAsksNothingTwiceThatIsJournaled()
    {
        (int tasks, int kills) = Stress.IsOn ? (300, 10) : (40, 3);
        Random random = new(11);
        HashSet<string> journaled = [];
        for (int i = 0; i <= kills; i++)
        {
            int before = endpoint.Calls.Count;
            using Process host = ConstructionHost.Start(endpoint.Address, killed.Path, tasks);
            if (i < kills)
            {
                int enough = before + random.Next(1, 3 * tasks / kills);
                while (endpoint.Calls.Count < enough && !host.HasExited)
                {
                    await Task.Delay(random.Next(1, 5), TestContext.Current.CancellationToken);
                }

                host.Kill();
            }

            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(i < kills ? 137 : 0, host.ExitCode);
            Assert.Empty(endpoint.Calls.Skip(before).Select(call => call.Request).Intersect(journaled));
            HashSet<string> now = Journaled();
            Assert.Superset(journaled, now);
            journaled = now;
        }

        // Every answer that was sent whole was paid for.
        string[] paid = [.. endpoint.Calls.Where(call => call.Answered).Select(call => call.Request)];
        int twice = paid.Length - paid.Distinct().Count();
        Assert.InRange(twice, 0, kills * ConstructionHost.Concurrency);
        Assert.Equal(paid.Distinct().Count(), journaled.Count);
        int faults = endpoint.Calls.Count(call => call.Fault != EndpointFault.None);
        Assert.True(faults > tasks / 2, $"only {faults} faults");
        TestContext.Current.SendDiagnosticMessage(
            $"{endpoint.Calls.Count} requests, {faults} with faults; {paid.Length} answers, {twice} of them sent twice; {kills} kills."
        );

        using Process last = ConstructionHost.Start(endpoint.Address, whole.Path, tasks);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, last.ExitCode);
        foreach (string file in (string[])["reflection.jsonl", "rejects.jsonl"])
        {
            Assert.Equal(await File.ReadAllTextAsync(whole.File(file)), await File.ReadAllTextAsync(killed.File(file)));
        }

        string kept = await File.ReadAllTextAsync(killed.File("reflection.jsonl"));
        string rejected = await File.ReadAllTextAsync(killed.File("rejects.jsonl"));
        foreach (ProgrammingTask task in ConstructionHost.Tasks(tasks))
        {
            string id = $"\"{task.TaskId}\"";
            Assert.True(kept.Contains(id, StringComparison.Ordinal) || rejected.Contains(id, StringComparison.Ordinal), id);
        }

        Assert.Contains("Refused", rejected, StringComparison.Ordinal);
        Assert.Contains("AnswerCut", rejected, StringComparison.Ordinal);
    }

    /// <summary>The requests that have an answer in the journal: the endpoint gives each answer its request's hash as id.</summary>
    private HashSet<string> Journaled() =>
        [
            .. File.ReadLines(killed.File("journal.jsonl"))
                .Where(line => line.Contains("\"kind\":\"call\"", StringComparison.Ordinal) && line.EndsWith('}'))
                .Select(line => AnswerId().Match(line).Groups["id"].Value),
        ];

    [GeneratedRegex("\"responseId\":\\s*\"(?<id>[0-9a-f]+)\"")]
    private static partial Regex AnswerId();
}
