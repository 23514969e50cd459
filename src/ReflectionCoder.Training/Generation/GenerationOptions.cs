using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Generation;

/// <summary>How tokens are chosen and when to stop. Greedy by default.</summary>
/// <remarks>
/// Names, order and meaning are transformers': repetition penalty, temperature, top-k, top-p, min-p; each works on what the one before
/// left, and at least one token stays. Of tokens as likely as the last that <see cref="TopK"/> keeps, all stay.
/// </remarks>
public sealed record GenerationOptions : IValidatedOptions
{
    /// <summary>Most tokens to write, at least 1. The default value is 512.</summary>
    public int MaxNewTokens { get; set; } = 512;

    /// <summary>
    /// Most tokens of prompt and answer together, at least 2: an answer that reaches it ends there, and a prompt that leaves no room is
    /// refused. Null, the default, takes what the model was made for (<c>max_position_embeddings</c>).
    /// </summary>
    public int? MaxLength { get; set; }

    /// <summary>
    /// Ids that end generation, in addition to those the generator knows: <see cref="TextGenerator"/> knows the template's and the model's
    /// own. The default value is none.
    /// </summary>
    public IReadOnlyCollection<int> StopTokenIds { get; set; } = [];

    /// <summary>
    /// Texts that end an answer, which is cut before the first of them; none may be empty. They are looked for in the text that was
    /// written, wherever the borders of its tokens are; of two that overlap, the one that is complete first counts. The default value is
    /// none.
    /// </summary>
    public IReadOnlyList<string> StopStrings { get; set; } = [];

    /// <summary>Divides the logits before sampling; 0 takes the likeliest token. At least 0; the default value is 0.</summary>
    public double Temperature { get; set; }

    /// <summary>
    /// Samples from the likeliest tokens whose probabilities add up to this. Above 0, at most 1; the default value is 1: all.
    /// </summary>
    public double TopP { get; set; } = 1;

    /// <summary>Samples from so many of the likeliest tokens, at least 0; 0 for all. The default value is 0.</summary>
    public int TopK { get; set; }

    /// <summary>Samples from tokens at least this share as likely as the likeliest. From 0 to 1; the default value is 0: all.</summary>
    public double MinP { get; set; }

    /// <summary>
    /// Divides the positive logits of tokens that the prompt or the answer holds already, and multiplies the negative ones. Above 0; the
    /// default value is 1: no effect. It counts for greedy choice too.
    /// </summary>
    public double RepetitionPenalty { get; set; } = 1;

    /// <summary>
    /// Decides the samples, together with an answer's index (<see cref="TextRequest.Index"/>): the same pair gives the same answer,
    /// whatever else is written beside it. The default value is 0.
    /// </summary>
    public long Seed { get; set; }

    /// <summary>
    /// Most answers written side by side, at least 1. Each row keeps keys and values of its own (<c>KeyValueCache.EstimateBytes</c>). The
    /// default value is 8.
    /// </summary>
    public int BatchSize { get; set; } = 8;

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxNewTokens >= 1, MaxNewTokens, "at least 1")
            .Require(MaxLength is null or >= 2, MaxLength, "null or at least 2")
            .Require(StopTokenIds is not null, StopTokenIds, "given")
            .Require(
                StopStrings is not null && StopStrings.All(stop => !string.IsNullOrEmpty(stop)),
                StopStrings,
                "texts that are not empty"
            )
            .Require(double.IsFinite(Temperature) && Temperature >= 0, Temperature, "at least 0")
            .Require(TopP is > 0 and <= 1, TopP, "above 0, at most 1")
            .Require(TopK >= 0, TopK, "at least 0")
            .Require(MinP is >= 0 and <= 1, MinP, "from 0 to 1")
            .Require(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, RepetitionPenalty, "above 0")
            .Require(BatchSize >= 1, BatchSize, "at least 1")
            .Found;
}
