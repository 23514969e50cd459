using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling.Adapters;

/// <summary>
/// Options of low-rank adaptation (LoRA, arXiv 2106.09685): which projections get an update of low rank, and how it is scaled. PEFT's names
/// are in brackets.
/// </summary>
public sealed record LoraOptions : IValidatedOptions
{
    /// <summary>
    /// The names that <see cref="TargetModules"/> may hold: all projections that a decoder layer of some family may have, in the order of a
    /// checkpoint.
    /// </summary>
    public static IReadOnlyList<string> AllModules { get; } = ModelFamilies.Projections;

    /// <summary>Rank of the updates, at least 1 (<c>r</c>). The default value is 16.</summary>
    public int Rank { get; set; } = 16;

    /// <summary>Numerator of the scale alpha / rank of the updates; more than 0 (<c>lora_alpha</c>). The default value is 32.</summary>
    public double Alpha { get; set; } = 32;

    /// <summary>
    /// Probability with which an input of an update is dropped in training, from 0 to below 1 (<c>lora_dropout</c>). The default value is
    /// 0.
    /// </summary>
    public double Dropout { get; set; }

    /// <summary>
    /// Names of the projections that get an update, in every layer; at least one (<c>target_modules</c>). Those that the model's family
    /// doesn't have are passed over, as in PEFT. The default value is <see cref="AllModules"/>.
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; set; } = AllModules;

    /// <summary>
    /// Whether updates are scaled by alpha / √rank instead of alpha / rank, so that updates of a large rank don't get too small
    /// (<c>use_rslora</c>, arXiv 2312.03732). The default value is false.
    /// </summary>
    public bool UseRslora { get; set; }

    /// <summary>
    /// The base model that a saved adapter names (<c>base_model_name_or_path</c>). The default value is null: the folder that the model was
    /// loaded from.
    /// </summary>
    public string? BaseModelNameOrPath { get; set; }

    /// <summary>Factor on B·A: alpha / rank, or alpha / √rank with <see cref="UseRslora"/>.</summary>
    public double Scaling => Alpha / (UseRslora ? Math.Sqrt(Rank) : Rank);

    /// <summary>Counts the trainable elements of such an adapter, from a configuration and without a model.</summary>
    /// <param name="config">Configuration of the base model.</param>
    /// <param name="trainableTokens">
    /// Number of tokens whose rows of the embeddings train. The default value is 7, the number of markers, which a run trains.
    /// </param>
    /// <returns>Number of elements in all A and B, and in the rows of both embeddings; rows of tied embeddings count once.</returns>
    public long CountParameters(ModelConfig config, int trainableTokens = 7)
    {
        ArgumentNullException.ThrowIfNull(config);
        return AdapterNames.Shapes(config, this, trainableTokens).Sum(tensor => tensor.Shape[0] * tensor.Shape[1]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Rank >= 1, Rank, "at least 1")
            .Require(double.IsFinite(Alpha) && Alpha > 0, Alpha, "more than 0")
            .Require(Dropout is >= 0 and < 1, Dropout, "from 0 to below 1")
            .Require(
                TargetModules is { Count: > 0 }
                    && TargetModules.All(AllModules.Contains)
                    && TargetModules.Distinct().Count() == TargetModules.Count,
                TargetModules is null ? null : string.Join(',', TargetModules),
                $"some of {string.Join(", ", AllModules)}, each once",
                nameof(TargetModules)
            )
            .Found;
}
