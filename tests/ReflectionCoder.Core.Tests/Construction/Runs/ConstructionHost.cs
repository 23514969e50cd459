using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using OpenAI;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Samples;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Construction.Calls;

namespace ReflectionCoder.Tests.Construction.Runs;

/// <summary>A process that runs a pipeline against an endpoint, to be killed; and what its endpoint answers.</summary>
internal static partial class ConstructionHost
{
    public const string Command = "construction-host";
    public const int Concurrency = 4;

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
        using IChatClient chat = new OpenAIClient(
            new ApiKeyCredential("key"),
            new OpenAIClientOptions { Endpoint = endpoint, RetryPolicy = new ClientRetryPolicy(0) }
        )
            .GetChatClient("scripted")
            .AsIChatClient();
        AuthorChatOptions options = new()
        {
            RetryDelay = TimeSpan.FromMilliseconds(2),
            MaxRetryDelay = TimeSpan.FromMilliseconds(20),
            RequestTimeout = TimeSpan.FromSeconds(2),
            ReadFailure = EndpointFailures.Read,
        };
        using ConstructionJournal journal = ConstructionJournal.Open(Path.Combine(folder, "journal.jsonl"));
        using AuthorChatClient client = new(chat, options, journal);
        ChatAuthor author = new(client, journal.Record(new Interpreter()));
        ConstructionOptions run = new()
        {
            MaxConcurrency = Concurrency,
            TaskDuplicates = null,
            CodeDuplicates = null,
        };
        await new ConstructionPipeline(author, journal, run).RunAsync(Tasks(tasks).ToAsyncEnumerable(), folder);
    }

    public static IEnumerable<ProgrammingTask> Tasks(int count) =>
        Enumerable
            .Range(0, count)
            .Select(i => new ProgrammingTask
            {
                TaskId = $"t{i}",
                Instruction = $"Write the function number {i}.",
                EntryPoint = $"f{i}",
                Asserts = [$"assert f{i}(1) == {i + 1}"],
            });

    /// <summary>What the endpoint answers: a wrong attempt to every third task, and then its repair; right ones to the others.</summary>
    public static string Answer(JsonObject request)
    {
        string asked = request.ToJsonString();
        int number = int.Parse(TaskNumber().Match(asked).Groups["number"].Value, CultureInfo.InvariantCulture);
        bool isFirst =
            !asked.Contains("The program failed", StringComparison.Ordinal) && asked.Contains("Solve the task", StringComparison.Ordinal);
        bool isWrong = isFirst && number % 3 == 0;
        return $"I add {number}.\n```python\ndef f{number}(x):\n    return x + {(isWrong ? number - 1 : number)}\n```";
    }

    /// <summary>
    /// Half of the requests meet a fault. Most faults pass after a try or two; refusals and answers that are too long come each time.
    /// </summary>
    public static EndpointFault Fault(string request, int number)
    {
        EndpointFault chosen = (EndpointFault)(Convert.ToInt32(request[..4], 16) % 16);
        return chosen switch
        {
            EndpointFault.Refusal or EndpointFault.TooLong => chosen,
            EndpointFault.Hang => number < 1 ? chosen : EndpointFault.None,
            > EndpointFault.TooLong => EndpointFault.None,
            _ => number < 2 ? chosen : EndpointFault.None,
        };
    }

    [GeneratedRegex(@"function number (?<number>\d+)")]
    private static partial Regex TaskNumber();

    /// <summary>Runs the endpoint's programs, which add a number, without a process for each.</summary>
    private sealed partial class Interpreter : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            Match added = Added().Match(program.Source);
            Match expected = Expected().Match(program.Source);
            bool passes =
                int.Parse(added.Groups["n"].Value, CultureInfo.InvariantCulture) + 1
                == int.Parse(expected.Groups["n"].Value, CultureInfo.InvariantCulture);
            return Task.FromResult(passes ? ScriptedSandbox.Passed() : ScriptedSandbox.Failed("AssertionError"));
        }

        [GeneratedRegex(@"return x \+ (?<n>-?\d+)")]
        private static partial Regex Added();

        [GeneratedRegex(@"== (?<n>\d+)")]
        private static partial Regex Expected();
    }
}
