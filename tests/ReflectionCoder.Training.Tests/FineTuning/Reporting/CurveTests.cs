using ReflectionCoder.FineTuning.Reporting;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Tests.FineTuning.Reporting;

public sealed class CurveTests
{
    private static readonly MetricMeaning Averaged = new("loss", "Loss", "nats", "Scatters.", IsAveraged: true);
    private static readonly MetricMeaning Kept = new("grad_norm", "Gradient norm", "L2 norm", "Has peaks.");

    [Fact]
    public void Stretch_ShortRuns_IsOneStep() =>
        Assert.Equal(1, Curve.Stretch(Averaged, [Points(Curve.MostMeans, step => step), Points(5, step => step)]));

    [Fact]
    public void Stretch_MetricWithPeaks_IsOneStepHoweverLong() => Assert.Equal(1, Curve.Stretch(Kept, [Points(100_000, step => step)]));

    /// <summary>Few measurements far apart lose nothing, however long the run.</summary>
    [Fact]
    public void Stretch_FewPointsOfALongRun_IsOneStep() =>
        Assert.Equal(
            1,
            Curve.Stretch(
                Averaged,
                [
                    [new MetricPoint(1, 1), new MetricPoint(1_000_000, 2)],
                ]
            )
        );

    [Theory]
    [InlineData(401)]
    [InlineData(10_000)]
    [InlineData(123_457)]
    public void Of_LongRun_HasMeansThatKeepTheMeanOfAll(int steps)
    {
        MetricPoint[] points = Points(steps, step => Math.Sin(step) + (step / (double)steps));
        long stretch = Curve.Stretch(Averaged, [points]);
        ReportLine line = Curve.Of("run", points, first: 1, stretch);
        Assert.InRange(line.Points.Count, Curve.MostMeans / 2, Curve.MostMeans);
        Assert.Equal(line.Points.Select(point => point.X).Order(), line.Points.Select(point => point.X));
        Assert.All(
            line.Points.SkipLast(1).Index(),
            mean =>
            {
                MetricPoint[] own = points[(int)(mean.Index * stretch)..(int)((mean.Index + 1) * stretch)];
                Assert.Equal(own.Average(point => (double)point.Step), mean.Item.X, 9);
                Assert.Equal(own.Average(point => point.Value), mean.Item.Y, 9);
            }
        );
    }

    /// <summary>A short run beside a long one is averaged over as many steps, so that it doesn't look rougher.</summary>
    [Fact]
    public void Of_RunsOfDifferentLengths_HaveStretchesOfOneWidth()
    {
        MetricPoint[] longRun = Points(4000, step => step);
        MetricPoint[] shortRun = Points(100, step => step);
        long stretch = Curve.Stretch(Averaged, [longRun, shortRun]);
        Assert.Equal(10, stretch);
        Assert.Equal(400, Curve.Of("long", longRun, 1, stretch).Points.Count);
        Assert.Equal([(5.5, 5.5), (15.5, 15.5), (25.5, 25.5)], Curve.Of("short", shortRun, 1, stretch).Points.Take(3));
    }

    [Fact]
    public void Of_EveryStep_KeepsValues() =>
        Assert.Equal([(1, 2), (2, 4), (3, 6)], Curve.Of("run", Points(3, step => 2 * step), first: 1, stretch: 1).Points);

    private static MetricPoint[] Points(int count, Func<int, double> value) =>
        [.. Enumerable.Range(1, count).Select(step => new MetricPoint(step, value(step)))];
}
