using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// A model's forward pass, held to what <see cref="ICausalLanguageModel"/> promises: a model of a host's own that breaks a promise would
/// train or write nonsense without a word.
/// </summary>
internal static class HiddenStates
{
    /// <summary>Runs the forward pass and checks its result.</summary>
    /// <returns>Hidden states, [N, H], or of the rows that the input asks for, owned by the caller (or its dispose scope).</returns>
    /// <exception cref="InvalidOperationException">The model broke a promise; the message says which.</exception>
    public static Tensor Compute(ICausalLanguageModel model, ModelInput input)
    {
        int[]? before = input.Cache is { } past ? [.. past.Lengths] : null;
        Tensor hidden_NH = model.Forward(input);
        if (hidden_NH.IsInvalid)
        {
            throw Broken(model, "a disposed tensor; move it out of its dispose scope by MoveToOuterDisposeScope()");
        }

        long[] expected = [input.NeededRows?.Length ?? input.RowLengths.Sum(), model.HiddenSize];
        if (!hidden_NH.shape.AsSpan().SequenceEqual(expected))
        {
            throw Broken(model, $"[{string.Join(", ", hidden_NH.shape)}]; expected [N, H] = [{string.Join(", ", expected)}]");
        }

        if (is_grad_enabled() && !hidden_NH.requires_grad && TrainsBelowTheOutput(model))
        {
            throw Broken(model, "hidden states that autograd doesn't know, so that only the output projection would train");
        }

        if (before is not null && !input.Cache!.Lengths.SequenceEqual(before.Zip(input.RowLengths, (seen, added) => seen + added)))
        {
            IEnumerable<int> grown = input.Cache.Lengths.Zip(before, (now, then) => now - then);
            throw new InvalidOperationException(
                $"{model.GetType().Name}.Forward added {string.Join(", ", grown)} tokens "
                    + $"to the cache's rows; expected {string.Join(", ", input.RowLengths)}. A model that doesn't use "
                    + $"{nameof(ModelInput)}.{nameof(ModelInput.Cache)} has false for {nameof(ICausalLanguageModel.SupportsCache)}."
            );
        }

        return hidden_NH;
    }

    private static bool TrainsBelowTheOutput(ICausalLanguageModel model)
    {
        TrainableRows? rows = model.OutputRows;
        return model.TrainableParameters.Values.Any(parameter =>
            !ReferenceEquals(parameter, model.OutputWeight) && !ReferenceEquals(parameter, rows?.Rows)
        );
    }

    private static InvalidOperationException Broken(ICausalLanguageModel model, string returned) =>
        new($"{model.GetType().Name}.Forward returned {returned}.");
}
