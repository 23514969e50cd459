using System.Text.Json;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// A host's own model with everything that one can do: a layer of causal attention with a cache over untied embeddings, no positions, and
/// an adapter of a rank on the value's matrix with rows of the input embedding. Made of the library's public members alone.
/// </summary>
internal sealed class OwnModel : IAdaptableModel
{
    private const int Width = 16;
    private readonly OrderedDictionary<string, Tensor> weights = [];
    private OrderedDictionary<string, Tensor>? adapter;

    private OwnModel(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        foreach ((string name, Tensor weight) in weights)
        {
            this.weights.Add(name, weight.requires_grad_(true));
        }
    }

    public int VocabularySize => (int)OutputWeight.shape[0];

    public int HiddenSize => Width;

    public Device Device => OutputWeight.device;

    public IReadOnlyDictionary<string, Tensor> Parameters => weights;

    public IReadOnlyDictionary<string, Tensor> TrainableParameters => adapter ?? weights;

    public Tensor InputEmbedding => weights["in"];

    public Tensor OutputWeight => weights["out"];

    public GenerationConfig? GenerationConfig { get; set; }

    public bool SupportsCache { get; private init; } = true;

    public AdapterConfig? Adapter { get; private set; }

    public string? SourceDirectory { get; private init; }

    /// <summary>What <see cref="SaveConfiguration"/> writes.</summary>
    public string Note { get; init; } = "mine";

    public static OwnModel Create(CodeTokenizer tokenizer, ulong seed = 1, int stopId = 7, bool supportsCache = true)
    {
        using Generator generator = new(seed, CPU);
        var fresh = new OrderedDictionary<string, Tensor>();
        foreach (string name in new[] { "in", "query", "key", "value", "out" })
        {
            long rows = name is "in" or "out" ? tokenizer.VocabularySize : Width;
            fresh.Add(name, randn([rows, Width], generator: generator).mul_(0.3).DetachFromDisposeScope());
        }

        return new OwnModel(fresh)
        {
            GenerationConfig = new GenerationConfig { EosTokenIds = [stopId] },
            SupportsCache = supportsCache,
        };
    }

    /// <summary>Its own loader, of models and of adapters beside a base.</summary>
    public static OwnModel Load(string directory, string? adapter = null)
    {
        OwnModel model = new(SafetensorsFile.ReadFolder(directory))
        {
            GenerationConfig = GenerationConfig.Parse(File.ReadAllText(Path.Combine(directory, "generation_config.json"))),
            SourceDirectory = directory,
            Note = JsonSerializer.Deserialize<string>(File.ReadAllText(Path.Combine(directory, "config.json")))!,
        };
        if (adapter is not null)
        {
            AdapterConfig config = Pretrained.PretrainedModel.FindAdapter(adapter)!;
            model.AddAdapter(config.Options, config.TrainableTokenIds, seed: 0);
            using IDisposable noGrad = no_grad();
            foreach ((string name, Tensor saved) in SafetensorsFile.Read(Path.Combine(adapter, "adapter_model.safetensors")))
            {
                model.adapter![name].copy_(saved);
                saved.Dispose();
            }
        }

        return model;
    }

    public void SaveConfiguration(string directory) =>
        File.WriteAllText(Path.Combine(directory, "config.json"), JsonSerializer.Serialize(Note));

    public Tensor Forward(ModelInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_NH = InputEmbedding.index_select(0, input.TokenIds);
        Tensor value_HH = weights["value"];
        if (adapter is not null)
        {
            value_HH = value_HH.add(adapter["b"].mm(adapter["a"]).mul(Adapter!.Options.Scaling));
            x_NH = ReplaceRows(input.TokenIds, x_NH);
        }

        (Tensor query_NH, Tensor key_NH, Tensor value_NH) = (x_NH.mm(weights["query"]), x_NH.mm(weights["key"]), x_NH.mm(value_HH.t()));
        (Tensor Keys, Tensor Values, IReadOnlyList<int> Lengths, Tensor? Mask)? cached = input.Cache?.Append(
            0,
            key_NH.unsqueeze(1),
            value_NH.unsqueeze(1),
            input.RowLengths
        );
        List<Tensor> rows = [];
        long start = 0;
        foreach ((int row, int length) in input.RowLengths.Index())
        {
            int seen = cached?.Lengths[row] ?? length;
            Tensor keys_SH = cached is { } all ? all.Keys[row, 0].narrow(0, 0, seen) : key_NH.narrow(0, start, length);
            Tensor values_SH = cached is { } both ? both.Values[row, 0].narrow(0, 0, seen) : value_NH.narrow(0, start, length);
            Tensor scores_TS = query_NH.narrow(0, start, length).mm(keys_SH.t());
            Tensor future_TS = ones_like(scores_TS).triu(seen - length + 1).to(ScalarType.Bool);
            rows.Add(scores_TS.masked_fill(future_TS, float.NegativeInfinity).softmax(1).mm(values_SH));
            start += length;
        }

        return x_NH.add(cat(rows, 0)).tanh().MoveToOuterDisposeScope();
    }

    public void AddAdapter(LoraOptions options, IReadOnlyList<int> trainableTokenIds, long seed)
    {
        using IDisposable noGrad = no_grad();
        using Generator generator = new((ulong)seed, CPU);
        Adapter = new AdapterConfig(options with { }, [.. trainableTokenIds]);
        adapter = new OrderedDictionary<string, Tensor>
        {
            ["a"] = Leaf(randn([options.Rank, Width], generator: generator)),
            ["b"] = Leaf(zeros(Width, options.Rank)),
            ["rows"] = Leaf(InputEmbedding.index_select(0, tensor(trainableTokenIds.Select(id => (long)id).ToArray()))),
        };
        Freeze(true);

        static Tensor Leaf(Tensor values) => values.DetachFromDisposeScope().requires_grad_(true);
    }

    public void RemoveAdapter()
    {
        foreach (Tensor parameter in adapter?.Values ?? Enumerable.Empty<Tensor>())
        {
            parameter.Dispose();
        }

        (adapter, Adapter) = (null, null);
        Freeze(false);
    }

    public void MergeAdapter()
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        weights["value"].add_(adapter!["b"].mm(adapter["a"]).mul(Adapter!.Options.Scaling));
        InputEmbedding.index_copy_(0, tensor(Adapter.TrainableTokenIds.Select(id => (long)id).ToArray()), adapter["rows"]);
        RemoveAdapter();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in weights.Values.Concat(adapter?.Values ?? Enumerable.Empty<Tensor>()))
        {
            tensor.Dispose();
        }
    }

    private void Freeze(bool frozen)
    {
        foreach (Tensor weight in weights.Values)
        {
            weight.requires_grad_(!frozen);
        }
    }

    private Tensor ReplaceRows(Tensor tokenIds_N, Tensor x_NH)
    {
        foreach ((int place, int id) in Adapter!.TrainableTokenIds.Index())
        {
            x_NH = where(tokenIds_N.eq(id).unsqueeze(1), adapter!["rows"][place], x_NH);
        }

        return x_NH;
    }
}
