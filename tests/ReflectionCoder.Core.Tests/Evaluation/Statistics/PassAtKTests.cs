using System.Numerics;
using ReflectionCoder.Evaluation.Statistics;

namespace ReflectionCoder.Tests.Evaluation.Statistics;

public sealed class PassAtKTests
{
    [Fact]
    public void Estimate_AllSmallCases_EqualTheExactFraction()
    {
        for (int n = 1; n <= 24; n++)
        {
            for (int c = 0; c <= n; c++)
            {
                for (int k = 1; k <= n; k++)
                {
                    BigInteger all = Choose(n, k);
                    double exact = (double)(all - Choose(n - c, k)) / (double)all;
                    Assert.Equal(exact, PassAtK.Estimate(n, c, k), 12);
                }
            }
        }
    }

    [Theory]
    [InlineData(1000, 1, 1000, 1)]
    [InlineData(100_000, 0, 100, 0)]
    [InlineData(100_000, 50_000, 1, 0.5)]
    [InlineData(100_000, 1, 100, 0.001)]
    [InlineData(200, 3, 100, 0.876_884_422_110_552_7)]
    public void Estimate_ManySamples_StaysExact(int n, int c, int k, double expected) =>
        Assert.Equal(expected, PassAtK.Estimate(n, c, k), 12);

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 0, 2)]
    [InlineData(5, 6, 1)]
    [InlineData(5, -1, 1)]
    public void Estimate_OutOfRange_Throws(int n, int c, int k) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Estimate(n, c, k));

    private static BigInteger Choose(int n, int k)
    {
        BigInteger result = k > n ? 0 : 1;
        for (int i = 1; i <= k && k <= n; i++)
        {
            result = result * (n - k + i) / i;
        }

        return result;
    }
}
