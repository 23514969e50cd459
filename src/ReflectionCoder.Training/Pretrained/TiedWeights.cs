using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Pretrained;

/// <summary>Checks that an output weight in the files equals the input embedding, if the configuration says that both are tied.</summary>
/// <remarks>
/// If they differ, transformers up to version 4 ignores the output weight, while version 5 uses it and ignores the configuration. Either
/// choice would be wrong for some users, so such files are refused. The check compares bytes, a piece at a time, without torch.
/// </remarks>
internal static class TiedWeights
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Compares both weights; files without an output weight are fine.</summary>
    /// <exception cref="DataFormatException">They differ.</exception>
    internal static void Check(SafetensorsIndex files, CancellationToken cancellationToken)
    {
        if (!files.Tensors.TryGetValue(WeightNames.OutputWeight, out SafetensorsReader? outputs))
        {
            return;
        }

        SafetensorsReader inputs = files.Tensors[WeightNames.InputEmbedding];
        SafetensorsEntry output = outputs.Entries[WeightNames.OutputWeight];
        SafetensorsEntry input = inputs.Entries[WeightNames.InputEmbedding];
        if (
            output.Dtype != input.Dtype
            || !output.Shape.SequenceEqual(input.Shape)
            || !AreEqual(outputs, inputs, output.Length, cancellationToken)
        )
        {
            throw DataFormatException.OfTensor(
                outputs.Path,
                WeightNames.OutputWeight,
                $"differs from '{WeightNames.InputEmbedding}', although tie_word_embeddings is true in config.json. Set it to false if "
                    + "this weight is the "
                    + "model's output projection (transformers 5 takes it so), or remove the tensor if the embeddings are (as transformers "
                    + "4 does)."
            );
        }
    }

    private static bool AreEqual(SafetensorsReader outputs, SafetensorsReader inputs, long length, CancellationToken cancellationToken)
    {
        byte[] left = new byte[Math.Min(PieceBytes, length)];
        byte[] right = new byte[left.Length];
        for (long start = 0; start < length; start += left.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(left.Length, length - start);
            outputs.ReadBytes(WeightNames.OutputWeight, left.AsSpan(0, count), start);
            inputs.ReadBytes(WeightNames.InputEmbedding, right.AsSpan(0, count), start);
            if (!left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
            {
                return false;
            }
        }

        return true;
    }
}
