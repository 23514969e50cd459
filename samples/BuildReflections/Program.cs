using System.CommandLine;
using ReflectionCoder.Construction;
using ReflectionCoder.Samples;
using ReflectionCoder.Sandbox;
using Spectre.Console;

Option<FileInfo> tasks = new("--tasks")
{
    Description = "Task file: JSONL with task_id, instruction, entry_point, solution, asserts, split.",
    Required = true,
};
Option<DirectoryInfo> output = new("--output")
{
    Description = "Folder that the data files are written to; made if absent.",
    Required = true,
};
Option<int> perTask = new("--per-task") { Description = "Reflection sequences for each train task.", DefaultValueFactory = _ => 4 };
Option<int> heldOutPerTask = new("--held-out-per-task")
{
    Description = "Reflection sequences for each held-out task.",
    DefaultValueFactory = _ => 2,
};
Option<long> seed = new("--seed") { Description = "Seed of every choice; equal seeds give equal bytes.", DefaultValueFactory = _ => 3407L };
Option<int> jobs = new("--jobs")
{
    Description = "Tasks worked on at once; changes nothing in the files.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
Option<bool> unisolated = SandboxChoice.Unisolated();
foreach (Option<int> option in new[] { perTask, heldOutPerTask, jobs })
{
    option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{option.Name} must be at least 1.");
        }
    });
}

using StopSignal stop = new();
RootCommand command = new(
    "Writes reflection sequences for programming tasks: breaks known-good solutions by mutation, runs them, and corrects them."
)
{
    tasks,
    output,
    perTask,
    heldOutPerTask,
    seed,
    jobs,
    unisolated,
};
command.SetAction(
    async (parsed, _) =>
    {
        DoneCount done = new();
        try
        {
            IReadOnlyList<ProgrammingTask> read = ProgrammingTaskReader.Read(parsed.GetRequiredValue(tasks).FullName);
            done.Of = read.Count;
            if (read.All(task => task.Split != "train"))
            {
                throw new InvalidDataException("The task file has no task in the split train.");
            }

            using IDisposable opened = await SandboxChoice.OpenAsync(parsed.GetValue(unisolated), parsed.GetValue(jobs), stop.Token);
            ICodeSandbox sandbox = (ICodeSandbox)opened;
            // or any other IReflectionAuthor
            MutationAuthor author = new(sandbox, new MutationAuthorOptions { Seed = parsed.GetValue(seed) });
            DataSetBuilder builder = new()
            {
                Author = author,
                WriteGeneration = author.WriteGeneration,
                Python = await PythonVersion.FindAsync(sandbox, stop.Token),
                PerTask = parsed.GetValue(perTask),
                HeldOutPerTask = parsed.GetValue(heldOutPerTask),
                Seed = parsed.GetValue(seed),
                Jobs = parsed.GetValue(jobs),
            };
            DataSet data = await Report.ShowProgressAsync(done, progress => builder.BuildAsync(read, progress, stop.Token));
            DataSetWriter.Write(data, parsed.GetRequiredValue(output).FullName);
            Report.ShowSummary(data, parsed.GetRequiredValue(output).FullName);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            // Files are written once all is done: part of the sequences would be other ones than the whole has.
            Report.Error.MarkupLineInterpolated($"[yellow]Stopped after {done.Tasks} of {done.Of} tasks; no file was changed.[/]");
            return stop.ExitCode;
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or IOException
                        or UnauthorizedAccessException
                        or SandboxUnavailableException
                        or InvalidDataException
            )
        {
            Report.Error.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            return ExitCode.Failed;
        }
    }
);
return await CommandLine.RunAsync(command, args);
