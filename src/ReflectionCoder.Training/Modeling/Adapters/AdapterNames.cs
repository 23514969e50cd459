namespace ReflectionCoder.Modeling.Adapters;

/// <summary>Names and shapes of an adapter's tensors as in PEFT's files, which leave the name of the adapter out.</summary>
internal static class AdapterNames
{
    /// <summary>The trainable rows of the input embedding; of both embeddings where they are tied.</summary>
    internal const string InputRows = Prefix + "model.embed_tokens.token_adapter.trainable_tokens_delta";

    /// <summary>The trainable rows of the output projection.</summary>
    internal const string OutputRows = Prefix + "lm_head.token_adapter.trainable_tokens_delta";

    private const string Prefix = "base_model.model.";
    private const string WeightSuffix = ".weight";

    /// <summary>A, [rank, in].</summary>
    internal static string A(string module) => $"{Prefix}{module}.lora_A.weight";

    /// <summary>B, [out, rank].</summary>
    internal static string B(string module) => $"{Prefix}{module}.lora_B.weight";

    /// <summary>The projections of a model that get an update, in the order of a checkpoint, with the shape of their weights.</summary>
    internal static IEnumerable<(string Module, long Out, long In)> Modules(ModelConfig config, LoraOptions options) =>
        from weight in WeightNames.Shapes(config)
        where weight.Name.EndsWith(WeightSuffix, StringComparison.Ordinal)
        let module = weight.Name[..^WeightSuffix.Length]
        where options.TargetModules.Contains(module[(module.LastIndexOf('.') + 1)..])
        select (module, weight.Shape[0], weight.Shape[1]);

    /// <summary>Every tensor of an adapter, in order.</summary>
    internal static IEnumerable<(string Name, long[] Shape)> Shapes(ModelConfig config, LoraOptions options, int trainableTokens)
    {
        foreach ((string module, long rows, long columns) in Modules(config, options))
        {
            yield return (A(module), [options.Rank, columns]);
            yield return (B(module), [rows, options.Rank]);
        }

        if (trainableTokens > 0)
        {
            yield return (InputRows, [trainableTokens, config.HiddenSize]);
            if (!config.TieWordEmbeddings)
            {
                yield return (OutputRows, [trainableTokens, config.HiddenSize]);
            }
        }
    }
}
