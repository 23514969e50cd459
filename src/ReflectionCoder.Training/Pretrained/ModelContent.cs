using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Pretrained;

/// <summary>What is to be written to a model's folder.</summary>
/// <param name="Weights">The weights in checkpoint order; tied ones once.</param>
/// <param name="Generation">For <c>generation_config.json</c>; null for none.</param>
/// <param name="SaveConfiguration">Writes the model's other files into a folder; for the library's own models that is
/// <c>config.json</c>.</param>
internal sealed record ModelContent(
    IReadOnlyCollection<TensorSource> Weights,
    GenerationConfig? Generation,
    Action<string> SaveConfiguration
)
{
    internal static ModelContent Of(ICausalLanguageModel model) =>
        new([.. model.Parameters.Select(pair => TensorSource.Of(pair.Key, pair.Value))], model.GenerationConfig, model.SaveConfiguration);
}
