using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>A process that runs a pipeline, to be killed. Its author asks an endpoint over HTTP once for each sequence.</summary>
internal static class ConstructionHost
{
    public const string Command = "construction-host";
    public const int Concurrency = 4;

    public static ConstructionOptions Options =>
        new()
        {
            MaxConcurrency = Concurrency,
            TaskDuplicates = null,
            CodeDuplicates = null,
        };

    /// <summary>Starts a host; see <see cref="RunAsync"/>.</summary>
    public static Process Start(Uri endpoint, string folder, int tasks)
    {
        ProcessStartInfo start = new("dotnet") { UseShellExecute = false };
        string[] arguments =
        [
            typeof(ConstructionHost).Assembly.Location,
            Command,
            endpoint.ToString(),
            folder,
            tasks.ToString(CultureInfo.InvariantCulture),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        return Process.Start(start)!;
    }

    public static async Task RunAsync(Uri endpoint, string folder, int tasks)
    {
        using HttpClient client = new() { BaseAddress = endpoint };
        using ConstructionJournal journal = ConstructionJournal.Open(Path.Combine(folder, "journal.jsonl"));
        await new ConstructionPipeline(new AskingAuthor(client), journal, Options).RunAsync(Tasks(tasks).ToAsyncEnumerable(), folder);
    }

    public static IEnumerable<ProgrammingTask> Tasks(int count) =>
        Enumerable.Range(0, count).Select(i => new ProgrammingTask { TaskId = $"t{i}", Instruction = $"Write the function number {i}." });

    private sealed class AskingAuthor(HttpClient client) : IReflectionAuthor
    {
        public string Identity => "asking";

        public async Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default)
        {
            using HttpResponseMessage response = await client.GetAsync($"{task.TaskId}/{variant}", cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? ScriptedAuthor.Draft(task, variant, await response.Content.ReadAsStringAsync(cancellationToken))
                : new ReflectionDraft(Conversation: null)
                {
                    Reason = "Refused",
                    Detail = response.ReasonPhrase,
                    Attempts = [new Block(BlockType.Text, "Sorry.")],
                };
        }
    }
}
