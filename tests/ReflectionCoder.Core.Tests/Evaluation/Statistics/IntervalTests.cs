using ReflectionCoder.Evaluation.Statistics;

namespace ReflectionCoder.Tests.Evaluation.Statistics;

/// <summary>Expected values come from Python's statistics module and exact fractions, and from the tables of the cited papers.</summary>
public sealed class IntervalTests
{
    [Theory]
    [InlineData(0.5, 0.6744897501960817)]
    [InlineData(0.8, 1.2815515655446008)]
    [InlineData(0.95, 1.9599639845400536)]
    [InlineData(0.99, 2.5758293035489)]
    [InlineData(0.9999, 3.89059188641312)]
    public void Quantile_EqualsPythons(double level, double expected) =>
        Assert.Equal(expected, NormalDistribution.TwoSidedQuantile(level), 10);

    [Theory]
    [InlineData(0.4)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Quantile_OutOfRange_Throws(double level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.TwoSidedQuantile(level));

    /// <summary>The first four are examples of Newcombe 1998, "Two-sided confidence intervals …", method 3.</summary>
    [Theory]
    [InlineData(81, 263, 0.95, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.95, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.95, 0, 0.1611)]
    [InlineData(1, 29, 0.95, 0.0061, 0.1718)]
    [InlineData(118, 164, 0.95, 0.6463393686882342, 0.7826368836983585)]
    [InlineData(163, 164, 0.95, 0.9662737492602964, 0.9989228186095374)]
    [InlineData(399, 974, 0.99, 0.36980701354758905, 0.45071742362058276)]
    public void Of_OneCompletionATask_IsWilsons(int passed, int tasks, double level, double low, double high)
    {
        var counts = Enumerable.Range(0, tasks).Select(i => (1, i < passed ? 1 : 0)).ToArray();
        PassEstimate estimate = PassEstimate.Of(counts, 1, level);
        Assert.Equal((double)passed / tasks, estimate.Value, 12);
        Assert.InRange(estimate.Low, low - 5e-5, low + 5e-5);
        Assert.InRange(estimate.High, high - 5e-5, high + 5e-5);
        (double exactLow, double exactHigh) = ScoreInterval.Of((double)passed / tasks, tasks, level);
        Assert.Equal(exactLow, estimate.Low, 9);
        Assert.Equal(exactHigh, estimate.High, 9);
    }

    [Theory]
    [InlineData(1, 0.45, 0.22342652735123675, 0.69940523427568)]
    [InlineData(5, 0.6765873015873015, 0.37450084758087243, 0.8796606417368656)]
    public void Of_SeveralCompletionsATask_UsesTheEffectiveNumber(int k, double value, double low, double high)
    {
        PassEstimate estimate = PassEstimate.Of([.. ((int[])[0, 10, 3, 7, 1, 10, 0, 5]).Select(passed => (10, passed))], k, 0.95);
        Assert.Equal(value, estimate.Value, 12);
        Assert.Equal(low, estimate.Low, 9);
        Assert.Equal(high, estimate.High, 9);
    }

    [Fact]
    public void Of_Edges_StayInRange()
    {
        Assert.Equal(new PassEstimate(1, 0, 0, 1), PassEstimate.Of([], 1, 0.95));
        PassEstimate none = PassEstimate.Of([(5, 0), (5, 0)], 2, 0.95);
        Assert.Equal((0, 0), (none.Value, none.Low));
        Assert.InRange(none.High, 0.6, 0.7);
        PassEstimate all = PassEstimate.Of([(5, 5), (5, 5)], 2, 0.95);
        Assert.Equal((1, 1), (all.Value, all.High));
        PassEstimate alike = PassEstimate.Of([(10, 5), (10, 5)], 1, 0.95);
        (double low, _) = ScoreInterval.Of(0.5, 20, 0.95);
        Assert.Equal(low, alike.Low, 12); // no better than twenty independent trials
        PassEstimate one = PassEstimate.Of([(1, 1)], 1, 0.95);
        Assert.Equal((1, 1), (one.Value, one.High));
        Assert.Throws<ArgumentOutOfRangeException>(() => PassEstimate.Of([(1, 1)], 2, 0.95));
    }

    /// <summary>How often the interval holds the true value, over 1,000 benchmarks whose tasks have different chances.</summary>
    [Theory]
    [InlineData(164, 1, 1)]
    [InlineData(164, 4, 1)]
    [InlineData(40, 5, 1)]
    [InlineData(100, 8, 3)]
    public void Of_SimulatedBenchmarks_HoldsTheTrueValueAsOftenAsItSays(int tasks, int completions, int k)
    {
        var random = new Random(7);
        double truth = Enumerable.Range(0, 10_000).Average(i => 1 - Math.Pow(1 - Chance((i + 0.5) / 10_000), k));
        int held = 0;
        for (int run = 0; run < 1000; run++)
        {
            var counts = new (int, int)[tasks];
            for (int task = 0; task < tasks; task++)
            {
                double chance = Chance(random.NextDouble());
                int passed = 0;
                for (int i = 0; i < completions; i++)
                {
                    passed += random.NextDouble() < chance ? 1 : 0;
                }

                counts[task] = (completions, passed);
            }

            PassEstimate estimate = PassEstimate.Of(counts, k, 0.95);
            held += estimate.Low <= truth && truth <= estimate.High ? 1 : 0;
        }

        Assert.InRange(held / 1000.0, 0.93, 0.98);

        static double Chance(double uniform) => uniform * uniform; // many hard tasks, some easy ones
    }
}
