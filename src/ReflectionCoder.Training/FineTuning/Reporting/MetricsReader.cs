using ReflectionCoder.Files;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>Reads the metrics file of a run.</summary>
/// <remarks>
/// Each line is an object of numbers, with its step; null means that the step has no such number. Of lines with the same step, which a
/// resumed run may have written, the last one counts, with all that it says and doesn't say.
/// </remarks>
internal static class MetricsReader
{
    private const string StepField = "step";
    private const double LastStep = 1L << 53; // up to here a double is exact

    /// <summary>Reads the file; a last line that was cut off is left out.</summary>
    /// <exception cref="DataFormatException">A line isn't an object of numbers with a step, or there is no line.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<RunMetrics> ReadAsync(TrainingReportRun run, CancellationToken cancellationToken)
    {
        HashSet<long> steps = [];
        OrderedDictionary<string, Dictionary<long, double>> metrics = [];
        await foreach (TextLine line in LineReader.ReadAsync(run.MetricsPath, cancellationToken).ConfigureAwait(false))
        {
            if (!line.IsBlank && Parse(line) is { } record)
            {
                Add(record, steps, metrics);
            }
        }

        if (steps.Count == 0)
        {
            throw new DataFormatException(run.MetricsPath, "holds no step; expected a line for each.");
        }

        OrderedDictionary<string, MetricPoint[]> values = [];
        foreach ((string name, Dictionary<long, double> measured) in metrics.Where(metric => metric.Value.Count > 0))
        {
            values.Add(name, [.. measured.OrderBy(one => one.Key).Select(one => new MetricPoint(one.Key, one.Value))]);
        }

        return new RunMetrics(run.Name, steps.Max(), values);
    }

    /// <summary>The line's object; null if the process that wrote it was stopped, or is busy, in the middle of the line.</summary>
    private static JsonField? Parse(TextLine line)
    {
        try
        {
            return line.ParseObject();
        }
        catch (DataFormatException) when (!line.IsWhole)
        {
            return null;
        }
    }

    private static void Add(JsonField record, HashSet<long> steps, OrderedDictionary<string, Dictionary<long, double>> metrics)
    {
        string[] names = NamesOf(record); // before any field is looked up, which reads the names as well
        JsonField field = record.Required(StepField);
        double number = field.Number();
        if (!double.IsInteger(number) || number is < 0 or > LastStep)
        {
            throw field.Must("a whole number of at least 0");
        }

        long step = (long)number;
        if (!steps.Add(step))
        {
            foreach (Dictionary<long, double> former in metrics.Values)
            {
                former.Remove(step);
            }
        }

        foreach (string name in names.Where(name => name != StepField))
        {
            if (record.OptionalNumber(name) is { } value)
            {
                if (!metrics.TryGetValue(name, out Dictionary<long, double>? values))
                {
                    metrics.Add(name, values = []);
                }

                values[step] = value;
            }
        }
    }

    private static string[] NamesOf(JsonField record)
    {
        try
        {
            return [.. record.Names];
        }
        catch (InvalidOperationException e)
        {
            throw new DataFormatException(record.Path, record.Line, "a name escapes one half of a surrogate pair.", e);
        }
    }
}
