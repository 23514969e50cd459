using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// A short hash of an adapter's base model. An adapter's checkpoint doesn't hold the base, so a resumed run compares this. The embeddings
/// are left out, because a run changes the markers' rows there.
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
