using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Pretrained;

/// <summary>What a model's folder is to hold.</summary>
/// <param name="Weights">The weights in checkpoint order; a tied one once.</param>
/// <param name="Generation">For <c>generation_config.json</c>; null for none.</param>
/// <param name="SaveConfiguration">Writes what else belongs to the model into a folder, <c>config.json</c> for ours.</param>
internal sealed record ModelContent(
    IReadOnlyCollection<TensorSource> Weights,
    GenerationConfig? Generation,
    Action<string> SaveConfiguration
)
{
    internal static ModelContent Of(ICausalLanguageModel model) =>
        new([.. model.Parameters.Select(pair => TensorSource.Of(pair.Key, pair.Value))], model.GenerationConfig, model.SaveConfiguration);
}
