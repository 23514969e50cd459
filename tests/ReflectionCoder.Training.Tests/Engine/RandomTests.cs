using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Seeds decide fresh weights, adapters, added rows and dropout masks; a resumed run must draw as the first did.</summary>
public sealed class RandomTests
{
    private static readonly Dictionary<string, Func<long, Generator, Tensor>> Draws = new()
    {
        ["randn"] = static (count, generator) => randn([count], generator: generator), // CausalLanguageModel, VocabularyResizer
        ["rand"] = static (count, generator) => rand([count], generator: generator), // LoraAdapter
        ["bernoulli_"] = static (count, generator) => empty([count]).bernoulli_(0.9, generator), // LoraUpdate
    };

    public static TheoryData<string> Names => new(Draws.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Generator_SameSeed_DrawsTheSameAndLeavesTheDefaultAlone(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5).Dispose();
        double[] undisturbed = TinyModels.Numbers(rand(4));
        manual_seed(5).Dispose();
        double[] first = Draw(name, 17, 100);
        Assert.Equal(first, Draw(name, 17, 100));
        Assert.NotEqual(first, Draw(name, 18, 100));
        Assert.Equal(undisturbed, TinyModels.Numbers(rand(4)));
    }

    /// <summary>"Whatever the thread count", says CausalLanguageModel.Create of its seed.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Generator_OneOrTwoThreads_DrawsTheSame(string name)
    {
        int before = get_num_threads();
        try
        {
            set_num_threads(1);
            double[] one = Draw(name, 17, 300_000);
            set_num_threads(2);
            Assert.Equal(one, Draw(name, 17, 300_000));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>Seeds are longs cast to ulong, or all 64 bits of DropoutSeed: the CPU's generator takes the lower half.</summary>
    [Fact]
    public void Generator_SeedsOf64Bits_CountByTheirLower32()
    {
        double[] zero = Draw("rand", 0, 10);
        Assert.Equal(zero, Draw("rand", 1UL << 32, 10));
        Assert.NotEqual(zero, Draw("rand", unchecked((ulong)-1L), 10));
    }

    /// <summary>torch.manual_seed(0); torch.rand(3) of every PyTorch: an upgrade that draws otherwise changes all fresh weights.</summary>
    [Fact]
    public void Generator_SeedZero_DrawsTheKnownNumbers() =>
        Assert.Equal([0.4963, 0.7682, 0.0885], Draw("rand", 0, 3).Select(value => Math.Round(value, 4)));

    /// <summary>TrainingRun seeds a step with manual_seed and disposes what it returns.</summary>
    [Fact]
    public void ManualSeed_ItsGeneratorDisposed_HasSeededTheDefault()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3).Dispose();
        double[] first = TinyModels.Numbers(rand(5));
        Assert.NotEqual(first, TinyModels.Numbers(rand(5)));
        manual_seed(3).Dispose();
        Assert.Equal(first, TinyModels.Numbers(rand(5)));
    }

    /// <summary>LoraUpdate draws masks in the type and on the device of its input.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Bernoulli_WithAGenerator_GivesZerosAndOnesAtTheRate(ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Device device = TinyModels.GoldenDevice;
        using Generator generator = new(3, device);
        double[] mask = TinyModels.Numbers(empty([20_000], dtype: dtype, device: device).bernoulli_(0.9, generator));
        Assert.Equal([0, 1], mask.Distinct().Order());
        Assert.Equal(0.9, mask.Average(), 0.01);
    }

    private static double[] Draw(string name, ulong seed, long count)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(seed, CPU);
        return TinyModels.Numbers(Draws[name](count, generator));
    }
}
