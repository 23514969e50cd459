namespace ReflectionCoder.Reports.Html;

/// <summary>An axis of a chart: round numbers that hold all values, and where each value is drawn.</summary>
internal sealed class Axis
{
    private readonly double low;
    private readonly double high;
    private readonly double start;
    private readonly double end;

    /// <summary>Creates the axis.</summary>
    /// <param name="lowest">The smallest value; finite.</param>
    /// <param name="highest">The largest value; finite, at least <paramref name="lowest"/>.</param>
    /// <param name="start">Where the lower end is drawn.</param>
    /// <param name="end">Where the upper end is drawn.</param>
    public Axis(double lowest, double highest, double start, double end)
    {
        this.start = start;
        this.end = end;
        double span = (highest / 5) - (lowest / 5); // the difference itself may overflow
        if (!(span > 1e-12 * Math.Max(Math.Abs(lowest), Math.Abs(highest))))
        {
            span = Math.Max(Math.Abs(highest), 1) / 5; // all values are one: it stands in the middle
            lowest -= span;
            highest += span;
        }

        double power = Math.Pow(10, Math.Floor(Math.Log10(span)));
        double step =
            power
            * (span / power) switch
            {
                <= 1 => 1,
                <= 2 => 2,
                <= 5 => 5,
                _ => 10,
            };
        low = Math.Floor(lowest / step) * step;
        high = Math.Ceiling(highest / step) * step;
        Ticks = [.. Enumerable.Range(0, (int)Math.Round((high / step) - (low / step)) + 1).Select(i => Round(low + (i * step), step))];
    }

    /// <summary>The round numbers, from the lower end to the upper.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Where a value is drawn.</summary>
    public double Place(double value) => start + ((end - start) * ((value / 2) - (low / 2)) / ((high / 2) - (low / 2)));

    /// <summary>Takes away what rounding has left: 0.30000000000000004 is 0.3.</summary>
    private static double Round(double value, double step) => Math.Abs(value) < step / 2 ? 0 : value;
}
