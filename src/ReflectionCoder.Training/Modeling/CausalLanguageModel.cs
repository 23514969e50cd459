using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Logits;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Modeling.Blocks;
using ReflectionCoder.Modeling.ConfigFiles;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>The decoder of all families (<see cref="Families.ModelFamily"/>). Its weights have their Hugging Face names.</summary>
/// <remarks>
/// Shapes: N packed tokens, H hidden size, V vocabulary. Rows are packed end to end: projections, norms and the MLP are computed on [N, H],
/// attention for each row. Not thread-safe. Tensors that a method returns belong to the caller. The weights belong to the model, and no
/// dispose scope disposes them; whoever made the model disposes it.
/// </remarks>
public sealed class CausalLanguageModel : IAdaptableModel
{
    private readonly OrderedDictionary<string, Tensor> parameters;
    private readonly DecoderLayer[] layers;
    private readonly RotaryEmbedding rotary;
    private readonly RotaryEmbedding? slidingRotary;

    internal CausalLanguageModel(ModelConfig config, OrderedDictionary<string, Tensor> parameters)
    {
        Config = config;
        GenerationConfig = GenerationConfig.From(config);
        this.parameters = parameters;
        rotary = new RotaryEmbedding(config);
        if (config.SlidingRopeTheta is { } theta)
        {
            slidingRotary = new RotaryEmbedding(config with { RopeTheta = theta, RopeScaling = null });
        }

        layers = new DecoderLayer[config.HiddenLayers];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = new DecoderLayer(config, parameters, i);
        }
    }

    /// <summary>The model's configuration. Its vocabulary size grows when <c>PretrainedModel.AddMarkers</c> adds rows.</summary>
    public ModelConfig Config { get; internal set; }

    /// <inheritdoc/>
    public string? SourceDirectory { get; internal set; }

    /// <summary>
    /// Ids that start and end generation: those of <c>generation_config.json</c> where the model was loaded with one, else those of
    /// <see cref="Config"/>. <c>TextGenerator</c> stops at the ids that end it.
    /// </summary>
    public GenerationConfig GenerationConfig { get; set; }

    /// <inheritdoc/>
    public bool SupportsCache => true;

    /// <inheritdoc/>
    bool ICausalLanguageModel.SupportsNeededRows => true;

    /// <inheritdoc/>
    public string Identity => ModelConfigWriter.Identify(Config);

    /// <inheritdoc/>
    public int VocabularySize => Config.VocabularySize;

    /// <inheritdoc/>
    public int HiddenSize => Config.HiddenSize;

    /// <inheritdoc/>
    public int? PositionLimit => Config.PositionEmbeddingType == PositionEmbeddingType.Absolute ? Config.MaxPositionEmbeddings : null;

    /// <inheritdoc/>
    public int? ContextLength => Config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public LogitTransform LogitTransform => Config.LogitTransform;

    /// <inheritdoc/>
    public Device Device => InputEmbedding.device;

    /// <summary>
    /// Dtype of the weights in the files that they were loaded from; null for fresh weights. <see cref="Dtype"/> is the dtype that they
    /// have now.
    /// </summary>
    public ScalarType? StoredDtype { get; internal set; }

    /// <summary>
    /// Dtype of the weights and of what is computed with them. Norms and rotary angles are computed in at least float32, and rounded to
    /// this dtype afterwards.
    /// </summary>
    public ScalarType Dtype => InputEmbedding.dtype;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>Number of elements in all weights. Tied weights count once, an adapter doesn't count.</summary>
    public long ParameterCount => parameters.Values.Sum(p => p.numel());

    /// <inheritdoc/>
    public AdapterConfig? Adapter => Lora?.Config;

    /// <summary>The adapter that trains in place of the weights; null where the weights themselves train.</summary>
    internal LoraAdapter? Lora { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> TrainableParameters => Lora?.Parameters ?? parameters;

    /// <summary>Number of elements that train: those of the weights, or of the adapter.</summary>
    public long TrainableParameterCount => TrainableParameters.Values.Sum(p => p.numel());

    /// <inheritdoc/>
    public TrainableRows? OutputRows =>
        Lora is { OutputRows: { } rows } adapter ? new TrainableRows(adapter.TrainableTokenIds, rows) : null;

    /// <inheritdoc/>
    public Tensor InputEmbedding => parameters[WeightNames.InputEmbedding];

    /// <inheritdoc/>
    public Tensor OutputWeight => parameters[Config.TieWordEmbeddings ? WeightNames.InputEmbedding : WeightNames.OutputWeight];

    /// <summary>
    /// Creates a model with fresh weights, drawn as Hugging Face does: matrices from normal(0, initializer range), biases 0, norms so
    /// that they don't scale.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="device">Where the weights are. The default value is null: the CPU.</param>
    /// <param name="dtype">
    /// Float32, Float64, BFloat16 or Float16. Weights are drawn in float32 on the CPU and then converted, so they are alike for all dtypes
    /// and devices. The default value is float32.
    /// </param>
    /// <param name="seed">Seed of the weights; the number of threads has no influence. The default value is 0.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="DataFormatException">The configuration is inconsistent.</exception>
    /// <exception cref="ArgumentException">The dtype is none of these.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static CausalLanguageModel Create(
        ModelConfig config,
        Device? device = null,
        ScalarType dtype = ScalarType.Float32,
        long seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        TorchRuntime.EnsureAvailable();
        device ??= CPU;
        RequireFloating(dtype);
        using Generator generator = new(unchecked((ulong)seed), CPU);
        var weights = new OrderedDictionary<string, Tensor>();
        foreach ((string name, long[] shape) in WeightNames.Shapes(config))
        {
            weights.Add(name, DrawWeight(config, name, shape, dtype, generator, device).DetachFromDisposeScope());
        }

        return FromWeights(config, weights);
    }

    /// <summary>
    /// Draws one fresh weight as <see cref="Create"/> does, for models that are written without having all weights in memory, such as by
    /// <c>ModelFolder.Save</c>. Which numbers a weight gets depends on those that were drawn before.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="name">The weight's name in a checkpoint.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its type; it is drawn in float32 and then converted.</param>
    /// <param name="generator">Draws the numbers of matrices; on the CPU.</param>
    /// <param name="device">Where it is put. The default value is null: the CPU.</param>
    /// <returns>The weight; the caller (or its dispose scope) owns it.</returns>
    public static Tensor DrawWeight(
        ModelConfig config,
        string name,
        IReadOnlyList<long> shape,
        ScalarType dtype,
        Generator generator,
        Device? device = null
    )
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(generator);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] size = [.. shape];
        Tensor fresh =
            size.Length == 2 ? randn(size, dtype: ScalarType.Float32, generator: generator).mul_(config.InitializerRange)
            : name.EndsWith(".bias", StringComparison.Ordinal) ? zeros(size, dtype: ScalarType.Float32)
            : full(size, config.Family.Norm.FreshWeight, dtype: ScalarType.Float32);
        return fresh.to(dtype, device ?? CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Creates a model from weights, which it then owns.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="weights">Every weight of <see cref="WeightNames.Shapes"/> in that order, all on one device and of one dtype.</param>
    /// <returns>The model; the caller disposes it.</returns>
    internal static CausalLanguageModel FromWeights(ModelConfig config, OrderedDictionary<string, Tensor> weights)
    {
        foreach (Tensor weight in weights.Values)
        {
            weight.DetachFromDisposeScope();
            weight.requires_grad_(true);
        }

        return new CausalLanguageModel(config, weights);
    }

    /// <summary>
    /// Freezes the weights and adds an adapter, which changes nothing at first. The trainable rows of an untied output projection are
    /// copied into <see cref="OutputWeight"/> by each forward pass; no other element of the weights changes.
    /// </summary>
    /// <param name="options">Rank, scale, dropout and modules; copied.</param>
    /// <param name="trainableTokenIds">Tokens whose rows of the embeddings train; may be empty.</param>
    /// <param name="seed">Seed of the adapter's matrices A; its matrices B start with 0.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">A token id has no row, or is given twice; or the model's family has none of the
    /// modules.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter already.</exception>
    public void AddAdapter(LoraOptions options, IReadOnlyList<int> trainableTokenIds, long seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(trainableTokenIds);
        options.Validate();
        if (!trainableTokenIds.All(id => id >= 0 && id < VocabularySize))
        {
            throw new ArgumentException(
                $"Trainable token ids {string.Join(", ", trainableTokenIds)} must be from 0 to {VocabularySize - 1}."
            );
        }

        if (trainableTokenIds.Distinct().Count() != trainableTokenIds.Count)
        {
            throw new ArgumentException($"Trainable token ids {string.Join(", ", trainableTokenIds)} must differ.");
        }

        if (Lora is not null)
        {
            throw new InvalidOperationException("The model has an adapter already; merge it first.");
        }

        if (!Config.Family.Projections.Any(options.TargetModules.Contains))
        {
            throw new ArgumentException(
                $"None of the modules {string.Join(", ", options.TargetModules)} is a projection of {Config.Family.Name}; "
                    + $"expected some of {string.Join(", ", Config.Family.Projections)}."
            );
        }

        Lora = new LoraAdapter(this, options, trainableTokenIds, seed);
        Train(false);
    }

    /// <summary>
    /// Adds the adapter's updates to the weights, removes the adapter, and lets the weights train again. The sums are computed in at least
    /// float32 and rounded once.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    public void MergeAdapter()
    {
        LoraAdapter adapter = Lora ?? throw new InvalidOperationException("The model has no adapter to merge.");
        adapter.MergeInto(parameters, InputEmbedding, OutputWeight);
        RemoveAdapter();
    }

    /// <inheritdoc/>
    public void RemoveAdapter()
    {
        Lora?.Dispose();
        Lora = null;
        Train(true);
    }

    /// <inheritdoc/>
    /// <remarks>Writes <c>config.json</c>, with the dtype of the weights.</remarks>
    /// <exception cref="FileWriteException">The file can't be written.</exception>
    public void SaveConfiguration(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        AtomicFile.WriteText(Path.Combine(directory, "config.json"), (Config with { StoredDtype = Dtype }).ToJson() + "\n");
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// Shapes, dtypes, devices, row lengths or the cache don't fit together or to the model.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A token id is not in the vocabulary, or a position is not in the table of absolute
    /// positions.</exception>
    public Tensor Forward(ModelInput input)
    {
        ModelInputGuard.Check(input, this);
        using DisposeScope scope = NewDisposeScope();
        RowPositions? positions = Config.DependsOnRowPositions ? ModelInputGuard.ReadPositions(input, this) : null;
        Tensor hidden_NH = InputEmbedding.index_select(0, input.TokenIds);
        if (Lora is { } adapter)
        {
            adapter.WriteOutputRows(OutputWeight);
            hidden_NH = adapter.ReplaceRows(input.TokenIds, hidden_NH);
        }

        hidden_NH = ScaleEmbeddings(hidden_NH);
        DecoderContext unturned = new(null, null, input.RowLengths, input.Cache, positions)
        {
            Adapter = Lora,
            DropoutSeed = input.DropoutSeed,
        };
        (DecoderContext full, DecoderContext sliding) = (unturned, unturned);
        if (Config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            hidden_NH = hidden_NH.add(parameters[WeightNames.PositionEmbedding].index_select(0, input.PositionIds));
        }
        else
        {
            full = Turned(unturned, rotary, input, positions);
            sliding = slidingRotary is null ? full : Turned(unturned, slidingRotary, input, positions);
        }

        for (int i = 0; i < layers.Length; i++)
        {
            (DecoderLayer layer, DecoderContext around) = (
                layers[i],
                !Config.HasRope(i) ? unturned
                : Config.WindowOf(i) is null ? full
                : sliding
            );
            if (i == layers.Length - 1)
            {
                around = around with { NeededRows = input.NeededRows };
            }

            // Backward of a checkpointed layer runs only if its input needs a gradient. With frozen embeddings, the first layer's input
            // needs none.
            bool recompute = input.GradientCheckpointing && is_grad_enabled() && hidden_NH.requires_grad;
            Tensor next_NH = recompute ? CheckpointedLayer.Apply(layer, hidden_NH, around) : layer.Forward(hidden_NH, around);
            hidden_NH.Dispose(); // autograd has its own references to what backward needs
            hidden_NH = next_NH;
        }

        return Config.Family.Norm.Apply(hidden_NH, parameters, WeightNames.FinalNorm, Config.NormEpsilon).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor weight in parameters.Values)
        {
            weight.Dispose();
        }

        Lora?.Dispose();
        rotary.Dispose();
        slidingRotary?.Dispose();
    }

    /// <summary>Replaces a weight by a new tensor and disposes the old one.</summary>
    internal void Replace(string name, Tensor weight)
    {
        Tensor old = parameters[name];
        parameters[name] = weight.DetachFromDisposeScope().requires_grad_(true);
        old.Dispose();
    }

    /// <summary>Scales embeddings in place: nothing else needs the unscaled ones.</summary>
    internal Tensor ScaleEmbeddings(Tensor embeddings_NH)
    {
        if (Config.EmbeddingScale == 1)
        {
            return embeddings_NH;
        }

        if (Config.Family.RoundsEmbeddingScale)
        {
            using Tensor scale = tensor(Config.EmbeddingScale, dtype: embeddings_NH.dtype, device: embeddings_NH.device);
            embeddings_NH.mul_(scale);
        }
        else
        {
            embeddings_NH.mul_(Config.EmbeddingScale);
        }

        return embeddings_NH;
    }

    private DecoderContext Turned(DecoderContext context, RotaryEmbedding by, ModelInput input, RowPositions? positions)
    {
        (Tensor cos_ND, Tensor sin_ND) = by.Compute(input.PositionIds, positions, Dtype);
        return context with { Cos_ND = cos_ND, Sin_ND = sin_ND };
    }

    private void Train(bool train)
    {
        foreach (Tensor weight in parameters.Values)
        {
            weight.requires_grad_(train);
        }
    }

    internal static void RequireFloating(ScalarType dtype)
    {
        if (dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16 or ScalarType.Float16))
        {
            throw new ArgumentException($"{dtype} is no dtype of a model; expected Float32, Float64, BFloat16 or Float16.", nameof(dtype));
        }
    }
}
