using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using Spectre.Console;

namespace ReflectionCoder.Samples;

/// <summary>What the user sees.</summary>
internal static class Report
{
    /// <summary>Standard error, so that messages stay out of pipes.</summary>
    public static IAnsiConsole Error { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Shows a bar while work goes on, on standard error.</summary>
    public static Task<T> ShowProgressAsync<T>(DoneCount done, Func<IProgress<int>, Task<T>> work) =>
        Error
            .Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                ProgressTask bar = context.AddTask("writing sequences", maxValue: done.Of);
                return work(new BarProgress(bar, done));
            });

    /// <summary>Shows what was made.</summary>
    public static void ShowSummary(DataSet data, string folder)
    {
        Table files = new Table().AddColumns("file", "samples", "tasks").Title("Written to " + Markup.Escape(folder));
        files.Columns[1].RightAligned();
        files.Columns[2].RightAligned();
        files.AddRow("reflection.train.jsonl", $"{data.Train.Count}", $"{data.Manifest.TrainTasks}");
        files.AddRow("reflection.held_out.jsonl", $"{data.HeldOut.Count}", $"{data.Manifest.HeldOutTasks}");
        files.AddRow("generation.train.jsonl", $"{data.Generation.Count}", $"{data.Manifest.TrainTasks}");
        AnsiConsole.Write(files);

        SampleTokenizer bytes = new(CodeTokenizer.CreateByteLevel(), new SampleTokenizerOptions { MaxLength = int.MaxValue });
        int[] tokens = [.. data.Train.Concat(data.HeldOut).Select(one => bytes.Tokenize(one)!.Length - 2).Order()]; // without bos and eos
        AnsiConsole.Write(Counts("attempts", data.Manifest.Attempts.Select(pair => ($"{pair.Key}", pair.Value))));
        AnsiConsole.Write(
            Counts("operator", data.Manifest.Operators.OrderByDescending(pair => pair.Value).Select(pair => (pair.Key, pair.Value)))
        );
        AnsiConsole.Write(
            Counts("not used because", data.Rejections.Select(pair => (pair.Key, pair.Value)).Append(("SequenceRepeated", data.Repeats)))
        );
        if (tokens.Length > 0)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"Tokens of a sequence, one a byte: median {tokens[tokens.Length / 2]}, longest {tokens[^1]}."
            );
            AnsiConsole.MarkupLineInterpolated($"Programs ran on Python {data.Manifest.Python}.");
        }

        if (data.ShortOfSequences.Count > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]Fewer sequences than asked for: {string.Join(", ", data.ShortOfSequences)}[/]");
        }
    }

    private static Table Counts(string what, IEnumerable<(string Name, int Count)> rows)
    {
        Table table = new Table().AddColumns(what, "count");
        table.Columns[1].RightAligned();
        foreach ((string name, int count) in rows)
        {
            table.AddRow(name, $"{count}");
        }

        return table;
    }

    private sealed class BarProgress(ProgressTask bar, DoneCount done) : IProgress<int>
    {
        public void Report(int value)
        {
            bar.Increment(value);
            done.Add(value);
        }
    }
}

/// <summary>How far the work has come. Tasks may be counted from any thread.</summary>
internal sealed class DoneCount
{
    private int tasks;

    public int Tasks => Volatile.Read(ref tasks);

    public int Of { get; set; }

    public void Add(int count) => Interlocked.Add(ref tasks, count);
}
