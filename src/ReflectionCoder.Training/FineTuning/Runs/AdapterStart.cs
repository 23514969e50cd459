using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Prepares a model for what the options say is trained: all weights, or an adapter with the rows of the seven markers.</summary>
internal static class AdapterStart
{
    /// <summary>Whether the model has an adapter.</summary>
    public static bool HasAdapter(ICausalLanguageModel model) => model is IAdaptableModel { Adapter: not null };

    /// <summary>Adds the adapter, or checks the one that is there.</summary>
    /// <exception cref="InvalidOperationException">The options ask for an adapter that the model can't have, or for none where it has
    /// one.</exception>
    public static void Prepare(ICausalLanguageModel model, CodeTokenizer tokenizer, FineTuningOptions options)
    {
        AdapterConfig? present = (model as IAdaptableModel)?.Adapter;
        if (options.Lora is not { } lora)
        {
            if (present is not null)
            {
                throw new InvalidOperationException(
                    $"The model has an adapter: set {nameof(FineTuningOptions.Lora)} to go on training that, or merge it first."
                );
            }

            return;
        }

        if (model is not IAdaptableModel adaptable)
        {
            throw new InvalidOperationException(
                $"{nameof(FineTuningOptions.Lora)} needs an {nameof(IAdaptableModel)}; {model.GetType().Name} is none."
            );
        }

        if (present is null)
        {
            adaptable.AddAdapter(lora, Markers(tokenizer), options.Seed);
            return;
        }

        CheckSame(model, present, lora, tokenizer);
        present.Options.Dropout = lora.Dropout;
    }

    private static int[] Markers(CodeTokenizer tokenizer)
    {
        MarkerIds ids = tokenizer.MarkerIds;
        return [.. new[] { ids.User, ids.Assistant, ids.Text, ids.Code, ids.Execution, ids.EndOfBlock, ids.EndOfMessage }.Order()];
    }

    /// <summary>Checks that an adapter which the model already has is the one that the options describe.</summary>
    private static void CheckSame(ICausalLanguageModel model, AdapterConfig present, LoraOptions wanted, CodeTokenizer tokenizer)
    {
        LoraOptions found = present.Options;

        // The options may name projections that a model of this kind doesn't have.
        IEnumerable<string> missing = wanted
            .TargetModules.Except(found.TargetModules)
            .Where(module => model.Parameters.Keys.Any(name => name.EndsWith($".{module}.weight", StringComparison.Ordinal)));
        string? difference =
            found.Rank != wanted.Rank ? $"rank {found.Rank}, not {wanted.Rank}"
            : found.Scaling != wanted.Scaling ? $"scaling {found.Scaling}, not {wanted.Scaling}"
            : missing.Any() || found.TargetModules.Except(wanted.TargetModules).Any()
                ? $"modules {string.Join(", ", found.TargetModules)}, not {string.Join(", ", wanted.TargetModules)}"
            : !present.TrainableTokenIds.ToHashSet().SetEquals(Markers(tokenizer))
                ? $"rows of the tokens {string.Join(", ", present.TrainableTokenIds)}, not of the seven markers"
            : null;
        if (difference is not null)
        {
            throw new InvalidOperationException($"The model's adapter has {difference} as {nameof(FineTuningOptions.Lora)} says.");
        }
    }
}
