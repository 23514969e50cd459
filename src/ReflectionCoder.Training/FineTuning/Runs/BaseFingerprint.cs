using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// Tells one base model from another, for an adapter's checkpoint holds no base. The embeddings are left out: a run writes its marker rows
/// there.
/// </summary>
internal static class BaseFingerprint
{
    public static string Of(IAdaptableModel model) =>
        WeightFingerprint.Of(
            model.Parameters.Where(pair =>
                !ReferenceEquals(pair.Value, model.InputEmbedding) && !ReferenceEquals(pair.Value, model.OutputWeight)
            )
        );
}
