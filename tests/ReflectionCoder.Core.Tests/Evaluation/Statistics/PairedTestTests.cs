using ReflectionCoder.Evaluation.Statistics;

namespace ReflectionCoder.Tests.Evaluation.Statistics;

/// <summary>Expected values come from exact fractions in Python.</summary>
public sealed class PairedTestTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(7, 7, 1)]
    [InlineData(5, 0, 0.0625)]
    [InlineData(6, 1, 0.125)]
    [InlineData(10, 2, 0.03857421875)]
    [InlineData(30, 12, 0.007915897334896727)]
    [InlineData(121, 59, 4.434449263755176e-06)]
    [InlineData(1000, 900, 0.02310884510890107)]
    [InlineData(2600, 2400, 0.004883649737517518)]
    [InlineData(3000, 1000, 2.4915145386299067e-229)]
    [InlineData(5000, 0, 0)]
    public void ExactP_EqualsTheExactFraction(int first, int second, double expected)
    {
        double p = PairedTest.ExactP(first, second);
        Assert.InRange(p, expected * (1 - 1e-9), expected * (1 + 1e-9));
        Assert.Equal(p, PairedTest.ExactP(second, first));
    }

    [Fact]
    public void ExactP_LargestCounts_DoNotOverflow()
    {
        Assert.InRange(PairedTest.ExactP(200_000, 200_001), 0.998, 1);
        Assert.Equal(0, PairedTest.ExactP(200_000, 150_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedTest.ExactP(-1, 0));
    }

    [Fact]
    public void ExactP_MoreOneSided_IsNeverLikelier()
    {
        for (int few = 0; few < 50; few++)
        {
            Assert.True(PairedTest.ExactP(few, 101 - few) <= PairedTest.ExactP(few + 1, 100 - few));
        }
    }

    /// <summary>The first is Bonett and Price's interval for the example of Fagerland et al. 2014 (1 and 7 of 21 pairs differ).</summary>
    [Theory]
    [InlineData(1, 7, 21, 0.95, 0.01337982376834329, 0.5083593066664394)]
    [InlineData(0, 0, 164, 0.95, -0.016697636437947923, 0.016697636437947923)]
    [InlineData(12, 30, 164, 0.95, 0.031871664345046305, 0.18499580553447176)]
    [InlineData(10, 2, 974, 0.99, -0.018048435576708856, 0.001654992953758037)]
    public void Difference_OneCompletionATask_IsBonettAndPrices(int first, int second, int tasks, double level, double low, double high)
    {
        double[] differences = [.. Differences(first, second, tasks)];
        (double Mean, double Low, double High) found = PairedTest.Difference(differences, level);
        Assert.Equal((double)(second - first) / tasks, found.Mean, 12);
        Assert.Equal(low, found.Low, 9);
        Assert.Equal(high, found.High, 9);
        (_, double mirroredLow, double mirroredHigh) = PairedTest.Difference([.. differences.Select(difference => -difference)], level);
        Assert.Equal(found.Low, -mirroredHigh, 12);
        Assert.Equal(found.High, -mirroredLow, 12);
    }

    [Fact]
    public void Difference_SimulatedRuns_HoldsTheTrueValueAsOftenAsItSays()
    {
        var random = new Random(7);
        int held = 0;
        for (int run = 0; run < 2000; run++)
        {
            double[] differences =
            [
                .. Enumerable
                    .Range(0, 100)
                    .Select(_ => random.NextDouble())
                    .Select(drawn =>
                        drawn < 0.05 ? -1.0
                        : drawn < 0.2 ? 1.0
                        : 0.0
                    ),
            ];
            (_, double low, double high) = PairedTest.Difference(differences, 0.95);
            held += low <= 0.1 && 0.1 <= high ? 1 : 0;
        }

        Assert.InRange(held / 2000.0, 0.935, 0.98);
    }

    private static IEnumerable<double> Differences(int first, int second, int tasks) =>
        Enumerable
            .Range(0, tasks)
            .Select(i =>
                i < first ? -1.0
                : i < first + second ? 1.0
                : 0.0
            );
}
