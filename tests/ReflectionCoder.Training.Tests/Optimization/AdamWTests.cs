using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Optimization;

public sealed class AdamWTests
{
    private static readonly AdamWOptions Options = new()
    {
        WeightDecay = 0.1,
        Beta1 = 0.8,
        Beta2 = 0.95,
        Epsilon = 1e-6,
    };

    [Theory]
    [InlineData(7)]
    [InlineData(200_000)] // several blocks
    public void Step_Float64_EqualsTheLoopOverDoubles(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        Random random = new(1);
        double[] values = Draw(random, count),
            mean = new double[count],
            square = new double[count];
        Tensor weight = tensor(values).requires_grad_();
        using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, Options);
        for (int step = 1; step <= 5; step++)
        {
            double[] gradient = Draw(random, count);
            double rate = 0.01 * step;
            SetGradient(weight, tensor(gradient));
            optimizer.Step(rate);
            for (int i = 0; i < count; i++)
            {
                values[i] -= rate * 0.1 * values[i];
                mean[i] = (0.8 * mean[i]) + (0.2 * gradient[i]);
                square[i] = (0.95 * square[i]) + (0.05 * gradient[i] * gradient[i]);
                values[i] -= rate * (mean[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.95, step))) + 1e-6);
            }
        }

        double[] actual = weight.detach().data<double>().ToArray();
        Assert.Equal(5, optimizer.StepCount);
        Assert.Equal(0, values.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 13);
    }

    /// <summary>Expected values measured on PyTorch 1.13's torch.optim.AdamW in float64.</summary>
    [Fact]
    public void Step_TenTimes_EqualsPyTorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor([0.5, -0.25, 1, 0.002, -3]).requires_grad_();
        using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, Options);
        for (int k = 0; k < 10; k++)
        {
            SetGradient(weight, tensor([.. Enumerable.Range(0, 5).Select(i => Math.Sin((3 * k) + i))]));
            optimizer.Step(0.003);
        }

        double[] expected = [0.4963175835063243, -0.2540837316041906, 0.9931304984359365, -0.00026955802282146936, -2.9859570869747447];
        Assert.All(expected.Zip(weight.detach().data<double>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 15));
    }

    [Fact]
    public void Step_HuggingFaceGroups_LeaveBiasesAndNormsUndecayed()
    {
        using DisposeScope scope = NewDisposeScope();
        string[] names =
        [
            "model.embed_tokens.weight",
            "model.layers.0.self_attn.q_proj.weight",
            "lm_head.weight",
            "model.layers.0.self_attn.q_proj.bias",
            "model.layers.0.input_layernorm.weight",
            "model.norm.weight",
        ];
        Dictionary<string, Tensor> weights = names.ToDictionary(name => name, _ => ones([4]).requires_grad_());
        foreach (Tensor weight in weights.Values)
        {
            SetGradient(weight, zeros([4]));
        }

        using AdamW optimizer = new(weights, new AdamWOptions { WeightDecay = 0.5 });
        optimizer.Step(0.1);
        Assert.Equal([0.95f, 0.95f, 0.95f, 1, 1, 1], weights.Values.Select(weight => weight[0].item<float>()));
    }

    [Fact]
    public void Step_BFloat16_KeepsSmallUpdatesInMasters()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([8], dtype: ScalarType.BFloat16).requires_grad_();
        Tensor lost = ones([8], dtype: ScalarType.BFloat16).requires_grad_();
        using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, new AdamWOptions());
        using AdamW without = new(new Dictionary<string, Tensor> { ["w"] = lost }, new AdamWOptions { MasterWeights = false });
        for (int step = 0; step < 100; step++)
        {
            SetGradient(weight, ones([8], dtype: ScalarType.BFloat16));
            SetGradient(lost, ones([8], dtype: ScalarType.BFloat16));
            optimizer.Step(1e-4); // 1 - 1e-4 rounds back to 1 in bfloat16
            without.Step(1e-4);
        }

        Assert.Equal(["exp_avg.w", "exp_avg_sq.w", "master.w"], optimizer.GetState().Keys);
        Assert.All(optimizer.GetState().Values, tensor => Assert.Equal(ScalarType.Float32, tensor.dtype));
        Assert.Equal(0.99, optimizer.GetState()["master.w"][0].item<float>(), 1e-5);
        Assert.Equal(0.99, weight[0].to(ScalarType.Float32).item<float>(), 4e-3);
        Assert.Equal(ScalarType.BFloat16, weight.dtype);
        Assert.DoesNotContain("master.w", without.GetState().Keys);
        Assert.Equal(1f, lost[0].to(ScalarType.Float32).item<float>());
    }

    [Fact]
    public void Step_WeightWithoutGradient_IsLeftAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([3]).requires_grad_();
        using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, Options);
        optimizer.Step(0.1);
        Assert.Equal([1f, 1f, 1f], weight.detach().data<float>().ToArray());
        Assert.Equal(1, optimizer.StepCount);
    }

    [Fact]
    public void Step_TransposedWeight_IsUpdatedInPlace()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = randn([4, 3]).requires_grad_();
        Tensor turned = flat.detach().transpose(0, 1).contiguous().transpose(0, 1).requires_grad_();
        Tensor gradient = randn([4, 3]);
        foreach (Tensor weight in (Tensor[])[flat, turned])
        {
            using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, Options);
            SetGradient(weight, gradient);
            optimizer.Step(0.1);
        }

        Assert.Equal(0f, (flat - turned).abs().max().item<float>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void LoadState_MidWay_ContinuesToTheBit(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] gradients = [.. Enumerable.Range(0, 8).Select(_ => randn([50, 3]).to(type))];
        Tensor first = randn([50, 3]).to(type).requires_grad_();
        using AdamW whole = new(new Dictionary<string, Tensor> { ["w"] = first }, Options);
        Run(whole, first, 0, 4);

        Tensor second = first.detach().clone().requires_grad_();
        Dictionary<string, Tensor> saved = whole.GetState().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        long steps = whole.StepCount;
        Run(whole, first, 4, 8);

        using AdamW resumed = new(new Dictionary<string, Tensor> { ["w"] = second }, Options);
        resumed.LoadState(saved, steps);
        Run(resumed, second, 4, 8);

        Assert.Equal(first.detach().bytes.ToArray(), second.detach().bytes.ToArray());
        Assert.Equal(8, resumed.StepCount);

        void Run(AdamW optimizer, Tensor weight, int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                SetGradient(weight, gradients[i]);
                optimizer.Step(0.01);
            }
        }
    }

    [Fact]
    public void LoadState_ThatDoesNotFit_ThrowsAndChangesNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([2, 3]).requires_grad_();
        using AdamW optimizer = new(new Dictionary<string, Tensor> { ["w"] = weight }, Options);
        Dictionary<string, Tensor> good = new() { ["exp_avg.w"] = ones([2, 3]), ["exp_avg_sq.w"] = ones([2, 3]) };

        void Rejects(Dictionary<string, Tensor> state, string word)
        {
            Assert.Contains(word, Assert.Throws<FormatException>(() => optimizer.LoadState(state, 3)).Message, StringComparison.Ordinal);
            Assert.Equal(0f, optimizer.GetState()["exp_avg.w"].sum().item<float>());
            Assert.Equal(0, optimizer.StepCount);
        }

        Rejects(new(good) { ["exp_avg_sq.w"] = ones([3, 2]) }, "exp_avg_sq.w is Float32 [3, 2]; expected Float32 [2, 3]");
        Rejects(new(good) { ["exp_avg_sq.w"] = ones([2, 3], dtype: ScalarType.Float64) }, "exp_avg_sq.w is Float64");
        Rejects(new() { ["exp_avg.w"] = ones([2, 3]) }, "no tensor exp_avg_sq.w");
        Rejects(new(good) { ["exp_avg.v"] = ones([1]) }, "exp_avg.v");
        optimizer.LoadState(good, 3);
        Assert.Equal(6f, optimizer.GetState()["exp_avg.w"].sum().item<float>());
        Assert.Equal(3, optimizer.StepCount);
    }

    [Fact]
    public void Constructor_BadSettings_Throw()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = new() { ["w"] = ones([1]) };
        Assert.Throws<InvalidOptionsException>(() => new AdamW(weights, new AdamWOptions { Beta1 = 1 }));
        Assert.Throws<InvalidOptionsException>(() => new AdamW(weights, new AdamWOptions { Beta2 = -0.1 }));
        Assert.Throws<InvalidOptionsException>(() => new AdamW(weights, new AdamWOptions { Epsilon = 0 }));
        Assert.Throws<InvalidOptionsException>(() => new AdamW(weights, new AdamWOptions { WeightDecay = double.NaN }));
        Assert.Contains(
            "w is Int64",
            Assert
                .Throws<ArgumentException>(() =>
                    new AdamW(new Dictionary<string, Tensor> { ["w"] = ones([1], dtype: ScalarType.Int64) }, new AdamWOptions())
                )
                .Message,
            StringComparison.Ordinal
        );
        using AdamW optimizer = new(weights, new AdamWOptions());
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Step(double.NaN));
    }

    private static void SetGradient(Tensor weight, Tensor gradient) => weight.grad = gradient.clone();

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
}
