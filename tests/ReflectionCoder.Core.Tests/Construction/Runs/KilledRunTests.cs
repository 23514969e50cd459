using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Tests.Sandbox.Attacks;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>
/// A run that is killed at any moment comes to the same files, and asks for nothing twice that its journal has.
/// <c>REFLECTIONCODER_STRESS=1 ./test.sh --filter FullyQualifiedName~KilledRunTests</c> has 300 tasks and 10 kills instead of 40 and 3.
/// </summary>
public sealed class KilledRunTests : IDisposable
{
    private readonly TemporaryFolder killed = new();
    private readonly TemporaryFolder whole = new();
    private readonly ConcurrentQueue<string> asked = new();
    private readonly HttpListener listener = new();
    private readonly Uri address;

    public KilledRunTests()
    {
        using TcpListener port = new(IPAddress.Loopback, 0);
        port.Start();
        address = new Uri($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/");
        port.Stop();
        listener.Prefixes.Add(address.ToString());
        listener.Start();
        _ = AnswerAsync();
    }

    public void Dispose()
    {
        listener.Close();
        killed.Dispose();
        whole.Dispose();
    }

    [Fact]
    public async Task Run_KilledAtRandom_EndsTheSameAndAsksNothingTwiceThatIsJournaled()
    {
        (int tasks, int kills) = Stress.IsOn ? (300, 10) : (40, 3);
        Random random = new(11);
        HashSet<string> journaled = [];
        int known = 0;
        for (int i = 0; i <= kills; i++)
        {
            int before = asked.Count;
            using Process host = ConstructionHost.Start(address, killed.Path, tasks);
            if (i < kills)
            {
                int enough = before + random.Next(1, tasks / kills);
                while (asked.Count < enough && !host.HasExited)
                {
                    await Task.Delay(random.Next(1, 5), TestContext.Current.CancellationToken);
                }

                host.Kill();
            }

            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(i < kills ? 137 : 0, host.ExitCode);
            Assert.Empty(asked.Skip(before).Intersect(journaled)); // nothing that the journal had when this process began
            journaled = Journaled(tasks);
            Assert.True(journaled.Count >= known, "the journal lost an outcome");
            known = journaled.Count;
        }

        int twice = asked.Count - asked.Distinct().Count();
        Assert.InRange(twice, 0, kills * ConstructionHost.Concurrency);
        TestContext.Current.SendDiagnosticMessage($"{asked.Count} calls, {twice} of them asked twice, {kills} kills, {known} outcomes.");

        using Process last = ConstructionHost.Start(address, whole.Path, tasks);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        foreach (string file in (string[])["reflection.jsonl", "rejects.jsonl"])
        {
            Assert.Equal(await File.ReadAllTextAsync(whole.File(file)), await File.ReadAllTextAsync(killed.File(file)));
        }

        string[] ids = [.. ConstructionHost.Tasks(tasks).Select(task => task.TaskId)];
        string ended =
            await File.ReadAllTextAsync(killed.File("reflection.jsonl")) + await File.ReadAllTextAsync(killed.File("rejects.jsonl"));
        Assert.All(ids, id => Assert.Contains($"\"{id}\"", ended, StringComparison.Ordinal));
    }

    /// <summary>The sequences of which the journal has the end, in the form of the endpoint's log.</summary>
    private HashSet<string> Journaled(int tasks)
    {
        using ConstructionJournal journal = ConstructionJournal.Open(killed.File("journal.jsonl"));
        return
        [
            .. ConstructionHost
                .Tasks(tasks)
                .SelectMany(task => Enumerable.Range(0, 2).Select(variant => (task, variant)))
                .Where(one => journal.FindOutcome(DraftJson.KeyOf(DraftJson.KeyOf(one.task), one.variant)) is not null)
                .Select(one => $"/{one.task.TaskId}/{one.variant}"),
        ];
    }

    private async Task AnswerAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Writes code for most sequences, and refuses some. What it answers depends on the sequence alone.</summary>
    private async Task AnswerAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        asked.Enqueue(path);
        int hash = path.Sum(character => character * 31);
        await Task.Delay(5 + (hash % 40));
        try
        {
            context.Response.StatusCode = hash % 3 == 0 ? 403 : 200;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"answer = {hash}"));
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // The process that asked is dead.
        }
    }
}
