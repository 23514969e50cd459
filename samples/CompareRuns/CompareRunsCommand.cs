using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.FineTuning.Reporting;

namespace ReflectionCoder.Samples.CompareRuns;

/// <summary>Writes the page, prints the numbers, and says in one line what went wrong.</summary>
internal static class CompareRunsCommand
{
    public static async Task<int> ExecuteAsync(CompareRunsSettings settings, StopSignal stop)
    {
        try
        {
            List<EvaluationReport> evaluations = [];
            foreach (NamedFile file in settings.Evaluations)
            {
                evaluations.Add(await EvaluationReport.ReadAsync(file.Path, stop.Token) with { Name = file.Name });
            }

            string example = settings.TasksFile is { } tasks ? TaskExample.Find(ProgrammingTaskReader.Read(tasks), evaluations) : "";
            string numbers = await TrainingReport.WriteAsync(
                settings.Output,
                [.. settings.Runs.Select(file => new TrainingReportRun(file.Name, file.Path))],
                evaluations,
                settings.Title,
                stop.Token
            );
            Console.Write(numbers + (example.Length > 0 ? example : "\n"));
            Console.WriteLine($"Wrote {settings.Output}.");
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. No page was written.");
            return stop.ExitCode;
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync("error: " + exception.Message.ReplaceLineEndings(" "));
            return ExitCode.Failed;
        }
    }
}
