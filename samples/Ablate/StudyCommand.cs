using System.Text;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Reporting;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Evidence;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>Runs what is missing of the study, keeps its report true, and says in one line what went wrong.</summary>
internal static class StudyCommand
{
    public const string ReportName = "evidence.md";
    public const string CurvesName = "curves.html";

    public static async Task<int> ExecuteAsync(StudySettings settings, StopSignal stop)
    {
        try
        {
            if (settings.ReportOnly)
            {
                IReadOnlyList<ResultRow> rows = ResultsFile.Read(settings.ResultsPath, Notice);
                string study = rows is [.., var last]
                    ? last.Study
                    : throw new InvalidDataException($"{settings.ResultsPath} holds no row; run the study first.");
                await WriteReportAsync(settings, rows, study, stop.Token);
            }
            else
            {
                await RunAsync(settings, stop.Token);
            }

            Console.WriteLine($"Wrote {Path.Combine(settings.Output, ReportName)}.");
            return ExitCode.Done;
        }
        catch (FineTuningCanceledException exception)
        {
            Console.WriteLine($"Stopped after step {exception.Step}. The same command goes on.");
            return stop.ExitCode;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            Console.WriteLine("Stopped. The same command goes on.");
            return stop.ExitCode;
        }
        catch (Exception exception)
            when (Failures.IsExpected(exception) || exception is SandboxUnavailableException or InvalidDataException or ArithmeticException)
        {
            return Failures.Report(exception);
        }
    }

    private static async Task RunAsync(StudySettings settings, CancellationToken stop)
    {
        StudyPlan plan = new(settings);
        StudyData data = await StudyData.ReadAsync(settings, stop);
        ICodeSandbox sandbox = await settings.Domain.OpenAsync(settings, stop);
        using var opened = sandbox as IDisposable;
        Directory.CreateDirectory(settings.Output);
        using var results = ResultsFile.Open(settings.ResultsPath, Notice);
        using StudyRun run = new(settings, plan, data, sandbox, results);
        Arm[] arms = [.. settings.Arms.Where(arm => arm.Base is null || settings.Bases.ContainsKey(arm.Base))];
        foreach (Arm arm in settings.Arms.Except(arms))
        {
            Notice($"{arm.Name} isn't run: --bases names no {arm.Base}=DIR.");
        }

        List<(string Name, Func<Task<bool>> AddAsync)> rows = [(StudyRun.BaseName, () => run.AddBaseAsync(null, stop))];
        foreach (string name in arms.Select(arm => arm.Base).OfType<string>().Distinct())
        {
            rows.Add((name, () => run.AddBaseAsync(name, stop)));
        }

        foreach ((long seed, Arm arm) in settings.Seeds.SelectMany(seed => arms.Select(arm => (seed, arm))))
        {
            rows.Add(($"{arm.Name}, seed {seed}", () => run.AddAsync(arm, seed, stop)));
        }

        bool isReported = false;
        foreach ((int index, (string name, Func<Task<bool>> addAsync)) in rows.Index())
        {
            Console.WriteLine($"[{index + 1}/{rows.Count}] {name}");
            if (await addAsync())
            {
                await WriteReportAsync(settings, results.Rows, plan.Study, stop);
                isReported = true;
            }
            else
            {
                Console.WriteLine("  is there already.");
            }
        }

        if (!isReported)
        {
            await WriteReportAsync(settings, results.Rows, plan.Study, stop);
        }
    }

    private static async Task WriteReportAsync(StudySettings settings, IReadOnlyList<ResultRow> rows, string study, CancellationToken stop)
    {
        EvidenceTable table = new(rows, study);
        byte[] report = Encoding.UTF8.GetBytes(EvidenceReport.Write(table, settings));
        await StudyFiles.ReplaceAsync(Path.Combine(settings.Output, ReportName), report, stop);

        // One run an arm: the curves of all seeds would hide each other.
        TrainingReportRun[] curves =
        [
            .. table
                .Usual.Select(arm => (arm.Name, Path: MetricsOf(settings, arm.Rows[0])))
                .Where(run => File.Exists(run.Path))
                .Select(run => new TrainingReportRun(run.Name, run.Path)),
        ];
        if (curves.Length > 0)
        {
            _ = await TrainingReport.WriteAsync(
                Path.Combine(settings.Output, CurvesName),
                curves,
                title: "The study's arms, first seed of each",
                cancellationToken: stop
            );
        }
    }

    private static string MetricsOf(StudySettings settings, ResultRow row) =>
        Path.Combine(ArmTraining.FolderOf(settings.Output, row.Arm, row.Seed!.Value, row.Settings), "metrics.jsonl");

    private static void Notice(string text) => Console.Error.WriteLine("note: " + text);
}
