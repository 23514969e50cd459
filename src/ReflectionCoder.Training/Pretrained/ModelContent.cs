using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Pretrained;

/// <summary>What a model's folder is to hold.</summary>
/// <param name="Config">For <c>config.json</c>, with the dtype of the weights.</param>
/// <param name="Generation">For <c>generation_config.json</c>.</param>
/// <param name="Weights">The weights in checkpoint order; a tied one once.</param>
internal sealed record ModelContent(ModelConfig Config, GenerationConfig Generation, IReadOnlyCollection<TensorSource> Weights)
{
    internal static ModelContent Of(CausalLanguageModel model) =>
        new(model.Config with { StoredDtype = model.Dtype }, model.Generation, [.. model.Parameters.Select(pair => TensorSource.Of(pair.Key, pair.Value))]);
}
