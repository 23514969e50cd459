using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Context;

public class RandomTests
{
    public static TheoryData<string> Names => [.. Draws.Keys];

    private static readonly Dictionary<string, Func<Tensor>> Draws = new()
    {
        ["rand"] = () => rand(50),
        ["randn"] = () => randn(50),
        ["randint"] = () => randint(1000, [50L]),
        ["randperm"] = () => randperm(50),
        ["uniform_"] = () => zeros(50).uniform_(-1, 1),
        ["normal_"] = () => zeros(50).normal_(1, 2),
        ["bernoulli_"] = () => zeros(50).bernoulli_(0.5),
        ["bernoulli"] = () => full([50], 0.5).bernoulli(),
        ["exponential_"] = () => zeros(50).exponential_(),
        ["multinomial"] = () => ones(50).multinomial(10),
        ["dropout"] = () => nn.functional.dropout(ones(50)),
        ["rand_like"] = () => rand_like(zeros(50)),
        ["randn_like"] = () => randn_like(zeros(50)),
        ["cauchy_"] = () => zeros(50).cauchy_(),
        ["geometric_"] = () => zeros(50).geometric_(0.2),
        ["log_normal_"] = () => zeros(50).log_normal_(),
        ["bernoulli_ tensor"] = () => zeros(50).bernoulli_(full([50], 0.5)),
        ["random_"] = () => zeros(50).random_(0, 100),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_SameSeed_IsTheSame_AndTheNextIsNot(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        Tensor first = Draws[name](), second = Draws[name]();
        manual_seed(11);
        var again = Draws[name]();
        Assert.True(first.Equals(again));
        Assert.False(first.Equals(second));
    }

    [Fact]
    public void State_SavedAndRestored_ContinuesTheSame()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        _ = randn(5);
        var state = get_rng_state();
        Assert.Equal(ScalarType.Byte, state.dtype);
        var expected = randn(5);
        set_rng_state(state);
        Assert.True(expected.Equals(randn(5)));
    }

    [Fact]
    public void Generator_OwnStream_LeavesTheDefaultAlone()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var expected = rand(4);
        manual_seed(5);
        using var generator = new Generator(17);
        Tensor own = randn([6L], generator: generator), permutation = randperm(6, generator: generator);
        Assert.True(expected.Equals(rand(4)));
        using var twin = new Generator(17);
        Assert.True(own.Equals(randn([6L], generator: twin)));
        Assert.True(permutation.Equals(randperm(6, generator: twin)));
        Assert.Equal(17, twin.initial_seed());
        var state = twin.get_state();
        var next = rand([3L], generator: twin);
        twin.set_state(state);
        Assert.True(next.Equals(rand([3L], generator: twin)));
        twin.manual_seed(17);
        Assert.True(own.Equals(randn([6L], generator: twin)));
    }

    [Fact]
    public void ManualSeed_ReturnsTheGeneratorItSeeded()
    {
        using var generator = manual_seed(23);
        Assert.Equal(23, generator.initial_seed());
        using var same = Generator.Default;
        Assert.Equal(23, same.initial_seed());
        Assert.Equal(23, random.initial_seed());
    }

    [Fact]
    public void Distributions_HaveTheirMoments()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        const long N = 40_000;
        Moments(rand([N], ScalarType.Float64), 0.5, 1 / Math.Sqrt(12));
        Moments(randn([N], ScalarType.Float64), 0, 1);
        Moments(zeros([N], ScalarType.Float64).uniform_(-1, 3), 1, 4 / Math.Sqrt(12));
        Moments(zeros([N], ScalarType.Float64).normal_(2, 3), 2, 3);
        Moments(zeros([N], ScalarType.Float64).bernoulli_(0.25), 0.25, Math.Sqrt(0.1875));
        Moments(zeros([N], ScalarType.Float64).exponential_(2), 0.5, 0.5);
        var weights = tensor(new double[] { 1, 3, 0 });
        var draws = weights.multinomial(N, replacement: true).to(ScalarType.Float64);
        Moments(draws, 0.75, Math.Sqrt(0.1875));
        Expect.Close([.. Enumerable.Range(0, 100).Select(static v => (double)v)], randperm(100).sort().Values);

        static void Moments(Tensor x, double mean, double deviation)
        {
            Assert.Equal(mean, x.mean().item<double>(), 0.05 * deviation);
            Assert.Equal(deviation, x.std().item<double>(), 0.05 * deviation);
        }
    }

    [Fact]
    public void Multinomial_WithoutReplacement_NeverRepeats()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        var draws = ones(20).multinomial(20).data<long>().ToArray();
        Assert.Equal(20, draws.Distinct().Count());
    }
}
