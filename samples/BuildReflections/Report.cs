using System.Globalization;
using ReflectionCoder.Construction.Runs;
using Spectre.Console;

namespace ReflectionCoder.Samples;

/// <summary>What the user sees.</summary>
internal static class Report
{
    /// <summary>Standard error, so that messages stay out of pipes.</summary>
    private static IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Shows a bar while work goes on, on standard error.</summary>
    public static Task<T> ShowProgressAsync<T>(int tasks, Func<IProgress<ConstructionProgress>, Task<T>> work) =>
        Error
            .Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => work(new BarProgress(context.AddTask("writing sequences", maxValue: Math.Max(1, tasks)))));

    /// <summary>Shows what was made.</summary>
    public static void ShowSummary(ConstructionSummary summary, string folder)
    {
        Table files = new Table().AddColumns("file", "samples", "tasks").Title("Written to " + Markup.Escape(folder));
        files.Columns[1].RightAligned();
        files.Columns[2].RightAligned();
        files.AddRow("reflection.train.jsonl", $"{summary.TrainSequences}", $"{summary.TrainTasks}");
        files.AddRow("reflection.held_out.jsonl", $"{summary.HeldOutSequences}", $"{summary.HeldOutTasks}");
        files.AddRow("generation.train.jsonl", $"{summary.GenerationSamples}", $"{summary.TrainTasks}");
        AnsiConsole.Write(files);
        AnsiConsole.Write(Counts("rejected because", summary.Rejects));
        AnsiConsole.Write(Counts("attempts not used because", summary.UnusedAttempts));
        AnsiConsole.MarkupLineInterpolated($"manifest.json has the statistics, rejects.jsonl what isn't used.");
        if (summary.Usage?.Cost is { } cost)
        {
            string each = summary.CostPerSequence is { } share ? $", {Money(share)} for each sequence" : string.Empty;
            AnsiConsole.MarkupLineInterpolated($"Cost: {Money(cost)}{each}.");
        }

        if (summary.TasksShort > 0)
        {
            string tasks = summary.TasksShort == 1 ? "1 task has" : $"{summary.TasksShort} tasks have";
            AnsiConsole.MarkupLineInterpolated($"[yellow]{tasks} fewer sequences than asked for.[/]");
        }
    }

    private static Table Counts(string what, IReadOnlyDictionary<string, int> counts)
    {
        Table table = new Table().AddColumns(what, "count");
        table.Columns[1].RightAligned();
        foreach ((string name, int count) in counts.OrderByDescending(pair => pair.Value))
        {
            table.AddRow(Markup.Escape(name), $"{count}");
        }

        return table;
    }

    private static string Money(decimal? amount) => amount?.ToString("0.######", CultureInfo.InvariantCulture) ?? "?";

    private sealed class BarProgress(ProgressTask bar) : IProgress<ConstructionProgress>
    {
        public void Report(ConstructionProgress value)
        {
            bar.Value = value.TasksDone;
            string left = value.TimeLeft is { } time ? $", {time:d\\.hh\\:mm\\:ss} left" : string.Empty;
            string cost = value.Usage?.Cost is { } spent ? $", cost {Money(spent)} of {Money(value.ProjectedCost)}" : string.Empty;
            bar.Description = string.Create(
                CultureInfo.InvariantCulture,
                $"{value.Kept} kept, {value.Rejected} rejected, {value.InFlight} in work, {value.SequencesPerSecond:0.0}/s{left}{cost}"
            );
        }
    }
}
