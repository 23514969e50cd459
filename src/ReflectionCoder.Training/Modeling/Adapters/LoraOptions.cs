using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling.Adapters;

/// <summary>
/// Low-rank adaptation (arXiv 2106.09685): which projections get an update of low rank, and how large it is. PEFT's names in brackets.
/// </summary>
public sealed record LoraOptions : IValidatedOptions
{
    /// <summary>
    /// The projections that a decoder layer may have, in the order of the checkpoint: what <see cref="TargetModules"/> may name.
    /// </summary>
    public static IReadOnlyList<string> AllModules { get; } = ModelFamilies.Projections;

    /// <summary>Rank of the update, at least 1 (<c>r</c>). The default value is 16.</summary>
    public int Rank { get; set; } = 16;

    /// <summary>The update is scaled by alpha / rank; more than 0 (<c>lora_alpha</c>). The default value is 32.</summary>
    public double Alpha { get; set; } = 32;

    /// <summary>
    /// Share of a projection's inputs that the update does not see in training, from 0 to below 1 (<c>lora_dropout</c>). The default value
    /// is 0.
    /// </summary>
    public double Dropout { get; set; }

    /// <summary>Projections that get an update, in every layer (<c>target_modules</c>). The default value is all seven.</summary>
    public IReadOnlyList<string> TargetModules { get; set; } = AllModules;

    /// <summary>
    /// Scale by alpha / √rank instead, which keeps large ranks learning (<c>use_rslora</c>, arXiv 2312.03732). The default value is false.
    /// </summary>
    public bool UseRslora { get; set; }

    /// <summary>
    /// What the adapter names as its base (<c>base_model_name_or_path</c>). The default value is null: the folder the model was loaded
    /// from.
    /// </summary>
    public string? BaseModelNameOrPath { get; set; }

    /// <summary>Factor on B·A.</summary>
    public double Scaling => Alpha / (UseRslora ? Math.Sqrt(Rank) : Rank);

    /// <summary>How many numbers such an adapter trains, before there is a model.</summary>
    /// <param name="config">The base's configuration.</param>
    /// <param name="trainableTokens">Tokens whose rows train; a run trains those of the seven markers.</param>
    /// <returns>Numbers of A and B, and of the rows of both embeddings, tied ones once.</returns>
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
