using ReflectionCoder.Modeling.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>
/// Checks a <see cref="ModelInput"/> before any native call: there, a wrong shape or index would give an unclear error, or end the process.
/// </summary>
internal static class ModelInputGuard
{
    /// <summary>Checks shapes, types, devices, row lengths, cache and token ids.</summary>
    /// <param name="input">The input.</param>
    /// <param name="model">The model that is to take it.</param>
    /// <exception cref="ArgumentException">Shapes, types, devices, row lengths or the cache don't fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token id is not in the vocabulary.</exception>
    internal static void Check(ModelInput input, CausalLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(input);
        long count = input.TokenIds.numel();
        Require(
            count > 0 && input.TokenIds.shape.Length == 1 && input.PositionIds.shape.Length == 1 && input.PositionIds.numel() == count,
            $"token ids {Text(input.TokenIds)} and position ids {Text(input.PositionIds)} must be [N], N > 0."
        );
        Require(
            input.TokenIds.dtype == ScalarType.Int64 && input.PositionIds.dtype == ScalarType.Int64,
            "Token and position ids must be Int64."
        );
        Require(
            input.TokenIds.device_type == model.Device.type && input.PositionIds.device_type == model.Device.type,
            $"Token and position ids must be on {model.Device}."
        );
        Require(
            input.RowLengths.All(length => length > 0) && input.RowLengths.Sum(length => (long)length) == count,
            $"Row lengths {string.Join(", ", input.RowLengths)} must be positive and add up to {count}."
        );
        Require(
            input.Cache is null || input.Cache.Rows == input.RowLengths.Count,
            $"The key-value cache is for {input.Cache?.Rows} rows, the input has {input.RowLengths.Count}."
        );
        Require(
            input.Cache is null || input.Cache.Layers == 0 || input.Cache.Layers == model.Config.HiddenLayers,
            $"The key-value cache is for {input.Cache?.Layers} layers, the model has {model.Config.HiddenLayers}."
        );
        (long low, long high) = input.TokenIdRange ?? Range(input.TokenIds);
        if (low < 0 || high >= model.VocabularySize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(input),
                low < 0 ? low : high,
                $"Token ids must be from 0 to {model.VocabularySize - 1}, the model's vocabulary."
            );
        }
    }

    /// <summary>Reads the positions row by row and checks that the model can take them.</summary>
    /// <param name="input">An input that <see cref="Check"/> has passed.</param>
    /// <param name="model">The model that is to take it.</param>
    /// <returns>The positions by rows.</returns>
    /// <exception cref="ArgumentException">The model has a sliding window, and positions behind a cache don't follow each
    /// other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is not in the table of absolute positions.</exception>
    internal static RowPositions ReadPositions(ModelInput input, CausalLanguageModel model)
    {
        RowPositions positions = input.ReadPositions();
        if (model.PositionLimit is { } limit && (positions.Low < 0 || positions.High >= limit))
        {
            throw new ArgumentOutOfRangeException(
                nameof(input),
                positions.Low < 0 ? positions.Low : positions.High,
                $"Positions must be from 0 to {limit - 1}: {WeightNames.PositionEmbedding} has max_position_embeddings = {limit} rows."
            );
        }

        Require(
            input.Cache is null
                || !model.Config.HasWindows
                || Enumerable.Range(0, positions.Rows).All(row => positions.Counts(row, input.Cache.Lengths[row])),
            "With a key-value cache a model with a sliding window takes positions that follow each other from 0."
        );
        return positions;
    }

    private static (long Low, long High) Range(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return (ids.min().item<long>(), ids.max().item<long>());
    }

    private static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
