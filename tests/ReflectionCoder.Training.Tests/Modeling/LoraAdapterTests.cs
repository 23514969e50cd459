using ReflectionCoder.Configuration;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tests.FineTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class LoraAdapterTests
{
    public static TheoryData<string> Families => new(TinyModels.All.Keys);

    [Theory]
    [MemberData(nameof(Families))]
    public void AddAdapter_Fresh_ChangesNothing(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family]);
        using ModelInput input = LoraProblem.Input();
        double[] before = TinyModels.Numbers(TinyModels.Logits(model, input));
        LoraAdapter adapter = model.Adapt(LoraProblem.Options, LoraProblem.Tokens, seed: 1);
        Assert.Equal(before, TinyModels.Numbers(TinyModels.Logits(model, input)));
        Assert.All(model.Parameters.Values, weight => Assert.False(weight.requires_grad));
        Assert.All(adapter.Parameters.Values, parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
        Assert.Same(adapter.Parameters, model.TrainableParameters);
        Assert.Equal(adapter.Parameters.Values.Sum(parameter => parameter.numel()), model.TrainableParameterCount);
        Assert.Equal(LoraProblem.Options.CountParameters(model.Config, LoraProblem.Tokens.Length), model.TrainableParameterCount);
    }

    [Fact]
    public void AddAdapter_A_IsUniformWithinOneOverTheRootOfItsWidthAndDecidedByTheSeed()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        LoraAdapter adapter = model.Adapt(new LoraOptions { Rank = 200, TargetModules = ["down_proj"] }, [], seed: 1);
        double[] a = TinyModels.Numbers(adapter.Parameters["base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"]);
        double bound = 1 / Math.Sqrt(TinyModels.Llama.IntermediateSize);
        Assert.InRange(a.Max(), 0.99 * bound, bound);
        Assert.InRange(a.Min(), -bound, -0.99 * bound);
        Assert.InRange(a.Average(), -0.03 * bound, 0.03 * bound);
        Assert.All(
            TinyModels.Numbers(adapter.Parameters["base_model.model.model.layers.1.mlp.down_proj.lora_B.weight"]),
            value => Assert.Equal(0, value)
        );
        using CausalLanguageModel same = TinyModels.Create(TinyModels.Llama);
        using CausalLanguageModel other = TinyModels.Create(TinyModels.Llama);
        Assert.Equal(a, A(same, 1));
        Assert.NotEqual(a, A(other, 2));

        static double[] A(CausalLanguageModel model, long seed) =>
            TinyModels.Numbers(
                model.Adapt(new LoraOptions { Rank = 200, TargetModules = ["down_proj"] }, [], seed).Parameters[
                    "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"
                ]
            );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void MergeAdapter_Float64_IsWeightPlusScaledProductAndGivesTheSameLogits(string family) =>
        Merge(TinyModels.All[family], LoraProblem.Options, ScalarType.Float64, 1e-12);

    [Theory]
    [InlineData(false, "q_proj,v_proj")]
    [InlineData(true, "down_proj")]
    public void MergeAdapter_SomeModules_LeavesTheOthersAlone(bool rslora, string modules) =>
        Merge(
            TinyModels.Qwen2,
            LoraProblem.Options with
            {
                UseRslora = rslora,
                TargetModules = modules.Split(','),
            },
            ScalarType.Float64,
            1e-12
        );

    [Fact]
    public void MergeAdapter_Float32_AgreesToRounding() => Merge(TinyModels.Llama, LoraProblem.Options, ScalarType.Float32, 2e-5);

    [Fact]
    public void MergeAdapter_BFloat16Base_KeepsTheAdapterInFloat32AndRoundsOnce()
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = LoraProblem.Create(TinyModels.Llama, ScalarType.BFloat16);
        Assert.All(model.Lora!.Parameters.Values, parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.All(
            LoraProblem.Gradients(model, LoraProblem.Input(dropoutSeed: 1)).Values,
            gradient => Assert.All(gradient, value => Assert.True(double.IsFinite(value)))
        );
        const string name = "model.layers.0.mlp.up_proj";
        Tensor b = model.Lora.Parameters[$"base_model.model.{name}.lora_B.weight"].detach();
        Tensor a = model.Lora.Parameters[$"base_model.model.{name}.lora_A.weight"].detach();
        Tensor expected = model.Parameters[name + ".weight"].to(ScalarType.Float32).add(b.mm(a).mul(5.0 / 3)).to(ScalarType.BFloat16);
        Tensor row = model
            .Lora.Parameters["base_model.model.lm_head.token_adapter.trainable_tokens_delta"]
            .detach()[1]
            .to(ScalarType.BFloat16);
        model.MergeAdapter();
        Assert.Equal(TinyModels.Numbers(expected), TinyModels.Numbers(model.Parameters[name + ".weight"]));
        Assert.Equal(TinyModels.Numbers(row), TinyModels.Numbers(model.OutputWeight[LoraProblem.Tokens[1]]));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("llama-biases")]
    public void Backward_EveryParameter_EqualsFiniteDifferences(string family)
    {
        using CausalLanguageModel model = LoraProblem.Create(
            TinyModels.All[family],
            ScalarType.Float64,
            LoraProblem.Options with
            {
                Dropout = 0.3,
            }
        );
        using ModelInput input = LoraProblem.Input(dropoutSeed: 4);

        // The teacher is detached, so differences show the cross entropy alone.
        DistillationInput CrossEntropy() =>
            new()
            {
                Hidden = model.Forward(input),
                OutputWeight = model.OutputWeight,
                OutputRows = model.OutputRows!.Rows,
                OutputRowIds = model.OutputRows.TokenIds,
                Targets = DistillationTargets.Empty with
                {
                    CrossEntropyRows = [0, 1, 2, 3, 5, 6, 7],
                    CrossEntropyLabels = [3, 3, 4, 9, 7, 20, 2],
                },
            };
        using (DisposeScope scope = NewDisposeScope())
        {
            DistillationLosses.Chunked(3).Compute(CrossEntropy()).Total.backward();
        }

        foreach ((string name, Tensor parameter) in model.TrainableParameters)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            Tensor flat = parameter.view(-1);
            double[] gradient = TinyModels.Numbers(parameter.grad!);
            foreach (int place in new[] { 0, (int)flat.numel() / 2, (int)flat.numel() - 1 })
            {
                const double step = 1e-5;
                Tensor entry = flat.narrow(0, place, 1);
                entry.add_(step);
                double up = DistillationLosses.Whole.Compute(CrossEntropy()).SumOf(LossTerm.CrossEntropy);
                entry.sub_(2 * step);
                double down = DistillationLosses.Whole.Compute(CrossEntropy()).SumOf(LossTerm.CrossEntropy);
                entry.add_(step);
                double expected = (up - down) / (2 * step);
                Assert.True(
                    Math.Abs(expected - gradient[place]) < 1e-6 * Math.Max(1, Math.Abs(expected)),
                    $"{name}[{place}]: {gradient[place]}, expected {expected}"
                );
            }
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    public void Backward_TrainableRows_GetTheirPartOfTheFullGradient(string family)
    {
        ModelConfig config = TinyModels.All[family];
        using CausalLanguageModel full = TinyModels.Create(config, ScalarType.Float64);
        using CausalLanguageModel adapted = LoraProblem.Create(config, ScalarType.Float64, changed: false);
        using ModelInput input = LoraProblem.Input();
        Dictionary<string, double[]> expected = LoraProblem.Gradients(full, input);
        foreach (
            IDistillationLoss loss in new IDistillationLoss[]
            {
                DistillationLosses.Chunked(3),
                DistillationLosses.Chunked(),
                DistillationLosses.Whole,
            }
        )
        {
            Dictionary<string, double[]> found = LoraProblem.Gradients(adapted, input, loss);
            Compare("model.embed_tokens.weight", "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta");
            if (!config.TieWordEmbeddings)
            {
                Compare("lm_head.weight", "base_model.model.lm_head.token_adapter.trainable_tokens_delta");
            }

            Assert.DoesNotContain(found.Keys, adapted.Parameters.ContainsKey);
            Assert.Equal(adapted.TrainableParameters.Keys, found.Keys);

            void Compare(string weight, string rows)
            {
                int width = config.HiddenSize;
                double[] part = [.. LoraProblem.Tokens.SelectMany(token => expected[weight].AsSpan(token * width, width).ToArray())];
                Assert.True(TinyModels.Distance(part, found[rows]) < 1e-12, rows);
                Assert.Contains(part, value => Math.Abs(value) > 1e-3);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Forward_CheckpointedWithDropout_EqualsPlainForwardAndBackwardToTheBit(string family)
    {
        using CausalLanguageModel model = LoraProblem.Create(
            TinyModels.All[family],
            ScalarType.Float32,
            LoraProblem.Options with
            {
                Dropout = 0.4,
            }
        );
        Dictionary<string, double[]> plain = LoraProblem.Gradients(model, LoraProblem.Input(dropoutSeed: 7));
        Dictionary<string, double[]> checkpointed = LoraProblem.Gradients(model, LoraProblem.Input(checkpointing: true, dropoutSeed: 7));
        Assert.Equal(plain.Keys, checkpointed.Keys);
        Assert.All(plain, pair => Assert.Equal(pair.Value, checkpointed[pair.Key]));
        Assert.NotEqual(plain.Values.First(), LoraProblem.Gradients(model, LoraProblem.Input(dropoutSeed: 8)).Values.First());
    }

    [Fact]
    public void Forward_DropoutSeed_DecidesTheMask()
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = LoraProblem.Create(
            TinyModels.Llama,
            ScalarType.Float64,
            LoraProblem.Options with
            {
                Dropout = 0.5,
            }
        );
        double[] none = TinyModels.Numbers(model.Forward(LoraProblem.Input()));
        double[] one = TinyModels.Numbers(model.Forward(LoraProblem.Input(dropoutSeed: 1)));
        Assert.Equal(one, TinyModels.Numbers(model.Forward(LoraProblem.Input(dropoutSeed: 1))));
        Assert.NotEqual(one, TinyModels.Numbers(model.Forward(LoraProblem.Input(dropoutSeed: 2))));
        Assert.NotEqual(none, one);
        using IDisposable noGrad = no_grad();
        Assert.Equal(one, TinyModels.Numbers(model.Forward(LoraProblem.Input(dropoutSeed: 1))));
    }

    [Fact]
    public void Forward_RowsChangedMeanwhile_AreReadAnew()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using CausalLanguageModel model = LoraProblem.Create(TinyModels.Llama, ScalarType.Float32);
        Tensor first = TinyModels.Logits(model, LoraProblem.Input());
        LoraProblem.Change(model.Lora!, seed: 99);
        Tensor second = TinyModels.Logits(model, LoraProblem.Input());
        model.MergeAdapter();
        Assert.True(TinyModels.Distance(first, second) > 1e-2);
        Assert.True(TinyModels.Distance(second, TinyModels.Logits(model, LoraProblem.Input())) < 2e-5);
    }

    [Fact]
    public void Backward_Repeated_LeavesNoTensorBehind()
    {
        long before = LiveTensors.Count();
        using (
            CausalLanguageModel model = LoraProblem.Create(TinyModels.Llama, ScalarType.Float32, LoraProblem.Options with { Dropout = 0.2 })
        )
        {
            Pass(model, 0); // the first makes the rotary frequencies
            long once = LiveTensors.Count();
            for (int i = 0; i < 3; i++)
            {
                Pass(model, i);
            }

            Assert.Equal(once, LiveTensors.Count());
        }

        Assert.Equal(before, LiveTensors.Count());

        static void Pass(CausalLanguageModel model, int i)
        {
            using ModelInput input = LoraProblem.Input(checkpointing: i == 1, dropoutSeed: i);
            LoraProblem.Gradients(model, input);
        }
    }

    [Fact]
    public void AddAdapter_Twice_OrForTokensWithoutRows_IsRefused()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Throws<ArgumentException>(() => model.AddAdapter(LoraProblem.Options, [37], seed: 1));
        Assert.Throws<ArgumentException>(() => model.AddAdapter(LoraProblem.Options, [4, 4], seed: 1));
        Assert.Throws<InvalidOptionsException>(() => model.AddAdapter(new LoraOptions { Rank = 0 }, [], seed: 1));
        Assert.Throws<InvalidOperationException>(model.MergeAdapter);
        Assert.Null(model.Lora);
        Assert.All(model.Parameters.Values, weight => Assert.True(weight.requires_grad));
        model.AddAdapter(LoraProblem.Options, [4], seed: 1);
        Assert.Throws<InvalidOperationException>(() => model.AddAdapter(LoraProblem.Options, [4], seed: 1));
        Assert.Throws<InvalidOperationException>(() => VocabularyResizer.Resize(model, 40, new Dictionary<int, IReadOnlyList<int>>(), 1));
        model.MergeAdapter();
        Assert.Null(model.Lora);
        Assert.All(model.Parameters.Values, weight => Assert.True(weight.requires_grad));
    }

    [Fact]
    public void Validate_OptionsOutOfRange_AreAllNamed()
    {
        LoraOptions options = new()
        {
            Rank = 0,
            Alpha = 0,
            Dropout = 1,
            TargetModules = ["q_proj", "lm_head"],
        };
        Assert.Equal(["Rank", "Alpha", "Dropout", "TargetModules"], options.FindErrors().Select(error => error.Name));
        Assert.NotEmpty(new LoraOptions { TargetModules = [] }.FindErrors());
        Assert.NotEmpty(new LoraOptions { TargetModules = ["q_proj", "q_proj"] }.FindErrors());
        Assert.NotEmpty(new LoraOptions { Alpha = double.NaN }.FindErrors());
        Assert.Empty(new LoraOptions().FindErrors());
        Assert.Equal(2, new LoraOptions().Scaling);
        Assert.Equal(8, new LoraOptions { UseRslora = true }.Scaling);
    }

    private static void Merge(ModelConfig config, LoraOptions options, ScalarType dtype, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using CausalLanguageModel model = LoraProblem.Create(config, dtype, options);
        using ModelInput input = LoraProblem.Input();
        Dictionary<string, Tensor> expected = model.Parameters.ToDictionary(weight => weight.Key, weight => weight.Value.clone());
        foreach (
            (string name, Tensor a) in model.Lora!.Parameters.Where(parameter =>
                parameter.Key.EndsWith(".lora_A.weight", StringComparison.Ordinal)
            )
        )
        {
            Tensor b = model.Lora.Parameters[name.Replace("lora_A", "lora_B")];
            string weight = name["base_model.model.".Length..].Replace(".lora_A", "");
            expected[weight] = expected[weight].add(b.mm(a).mul(options.Scaling));
        }

        foreach (
            (string weight, string rows) in new[] { ("model.embed_tokens.weight", "model.embed_tokens"), ("lm_head.weight", "lm_head") }
        )
        {
            if (expected.TryGetValue(weight, out Tensor? matrix))
            {
                Tensor values = model.Lora.Parameters[$"base_model.model.{rows}.token_adapter.trainable_tokens_delta"];
                matrix.index_copy_(0, tensor(LoraProblem.Tokens.Select(token => (long)token).ToArray()), values);
            }
        }

        Tensor logits = TinyModels.Logits(model, input);
        model.MergeAdapter();
        Assert.All(expected, pair => Assert.Equal(TinyModels.Numbers(pair.Value), TinyModels.Numbers(model.Parameters[pair.Key])));
        Assert.True(TinyModels.Distance(logits, TinyModels.Logits(model, input)) < tolerance);
    }
}
