using ReflectionCoder.Generation;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Tests.Generation;

public sealed class TokenSamplerTests
{
    private static readonly IReadOnlySet<int> None = new HashSet<int>();

    public static TheoryData<double, int, double, double> Filters =>
        new()
        {
            { 1, 0, 1, 0 },
            { 0.5, 0, 1, 0 },
            { 2, 3, 1, 0 },
            { 1, 0, 0.75, 0 },
            { 1.3, 0, 0.2, 0 },
            { 0.7, 5, 0.9, 0 },
            { 1, 0, 1, 0.3 },
            { 1.5, 9, 0.97, 0.1 },
            { 1, 100, 0.999, 0 },
        };

    /// <summary>Draws against the probabilities that transformers' warpers, written out plainly, give.</summary>
    [Theory]
    [MemberData(nameof(Filters))]
    public void Next_Draws_FollowTheClosedForm(double temperature, int topK, double topP, double minP)
    {
        var random = new Random(3);
        float[] logits = [.. Enumerable.Range(0, 12).Select(_ => (float)(4 * random.NextDouble()))];
        GenerationOptions options = new()
        {
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            Seed = 7,
        };
        double[] expected = Probabilities(logits, options);
        var sampler = new TokenSampler(options, index: 0);
        AssertChiSquare(expected, Enumerable.Range(0, 20_000).Select(_ => sampler.Next([.. logits], None)));
        // samples of one problem
        AssertChiSquare(expected, Enumerable.Range(0, 20_000).Select(i => new TokenSampler(options, i).Next([.. logits], None)));
    }

    [Fact]
    public void Next_LargeVocabulary_KeepsTheSameTokensAsSortingAll()
    {
        var random = new Random(4);
        for (int round = 0; round < 20; round++)
        {
            float[] logits =
            [
                .. Enumerable
                    .Range(0, 3000)
                    .Select(_ => (float)(random.NextDouble() < 0.01 ? 9 + random.NextDouble() : random.NextDouble())),
            ];
            GenerationOptions options = new()
            {
                Temperature = 1,
                TopP = 0.05 + (0.94 * random.NextDouble()),
                Seed = round,
            };
            double[] expected = Probabilities(logits, options);
            var sampler = new TokenSampler(options, index: round);
            HashSet<int> drawn = [.. Enumerable.Range(0, 300).Select(_ => sampler.Next([.. logits], None))];
            Assert.All(drawn, id => Assert.True(expected[id] > 0, $"token {id} is outside the nucleus"));
            Assert.True(drawn.Count > 1);
        }
    }

    [Fact]
    public void Next_TiesAtTopK_AllStay()
    {
        var sampler = new TokenSampler(new() { Temperature = 1, TopK = 2 }, index: 0);
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 200).Select(_ => sampler.Next([0, 5, 4, 4], None)).Distinct().Order());
    }

    [Fact]
    public void Next_RepetitionPenalty_MovesSeenTokensAwayFromTheTop()
    {
        var greedy = new TokenSampler(new() { RepetitionPenalty = 2 }, index: 0);
        Assert.False(greedy.IsPlainArgmax);
        Assert.Equal(0, greedy.Next([3, 2, -1], None));
        Assert.Equal(1, greedy.Next([3, 2, -1], new HashSet<int> { 0, 99 }));
        Assert.Equal(1, greedy.Next([-1, -1.5f, -9], new HashSet<int> { 0 })); // a negative logit is multiplied
    }

    [Fact]
    public void Next_SameSeedAndIndex_DrawsTheSame()
    {
        int[] Draw(long seed, long index)
        {
            var sampler = new TokenSampler(new() { Temperature = 1, Seed = seed }, index);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next([1, 1, 1, 1, 1, 1, 1, 1], None))];
        }

        Assert.Equal(Draw(3, 4), Draw(3, 4));
        Assert.Equal(
            4,
            new[] { Draw(3, 4), Draw(4, 3), Draw(3, 5), Draw(-3, 4) }.Select(draws => string.Join(",", draws)).Distinct().Count()
        );
    }

    [Fact]
    public void Next_LogitsWithoutAChoice_AreRefused()
    {
        foreach (double temperature in (double[])[0, 1])
        {
            var sampler = new TokenSampler(new() { Temperature = temperature, RepetitionPenalty = 1.1 }, index: 0);
            Assert.Contains("token 1 is NaN", Assert.Throws<NonFiniteException>(() => sampler.Next([1, float.NaN], None)).Message);
            Assert.Throws<NonFiniteException>(() => sampler.Next([1, float.PositiveInfinity], None));
            Assert.Throws<NonFiniteException>(() => sampler.Next([float.NegativeInfinity, float.NegativeInfinity], None));
            Assert.Equal(1, sampler.Next([float.NegativeInfinity, 0], None));
        }
    }

    /// <summary>The warpers of transformers, one after another over the whole vocabulary.</summary>
    private static double[] Probabilities(float[] logits, GenerationOptions options)
    {
        double[] scores = [.. logits.Select(logit => logit / options.Temperature)];
        if (options.TopK > 0)
        {
            double kth = scores.OrderDescending().ElementAt(Math.Min(options.TopK, scores.Length) - 1);
            scores = [.. scores.Select(score => score < kth ? double.NegativeInfinity : score)];
        }

        if (options.TopP < 1)
        {
            double[] probabilities = Softmax(scores);
            int[] ascending = [.. Enumerable.Range(0, scores.Length).OrderBy(i => scores[i])];
            double sum = 0;
            foreach (int i in ascending[..^1]) // at least one stays
            {
                sum += probabilities[i];
                scores[i] = sum <= 1 - options.TopP ? double.NegativeInfinity : scores[i];
            }
        }

        if (options.MinP > 0)
        {
            double[] probabilities = Softmax(scores);
            double threshold = options.MinP * probabilities.Max();
            scores = [.. scores.Select((score, i) => probabilities[i] < threshold ? double.NegativeInfinity : score)];
        }

        return Softmax(scores);
    }

    private static double[] Softmax(double[] scores)
    {
        double[] weights = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    /// <summary>Five standard deviations of the statistic above its mean; the seeds are fixed.</summary>
    private static void AssertChiSquare(double[] probabilities, IEnumerable<int> draws)
    {
        var counts = new int[probabilities.Length];
        foreach (int draw in draws)
        {
            counts[draw]++;
        }

        int total = counts.Sum();
        double statistic = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double expected = probabilities[i] * total;
            Assert.True(expected > 0 || counts[i] == 0, $"token {i} has no probability");
            statistic += expected > 0 ? Math.Pow(counts[i] - expected, 2) / expected : 0;
        }

        int freedom = probabilities.Count(p => p > 0) - 1;
        Assert.True(statistic <= freedom + (5 * Math.Sqrt(2 * freedom)), $"chi-square {statistic:F1} with {freedom} degrees of freedom");
    }
}
