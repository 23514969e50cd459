using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Generation;

/// <summary>How the next token is chosen and when generation stops. The default is greedy: always the likeliest token.</summary>
/// <remarks>
/// Names, order and meaning are those of Hugging Face transformers: repetition penalty, temperature, top-k, top-p, min-p. Each filter works
/// on the tokens that the one before it kept, and at least one token is kept. Tokens exactly as likely as the last one that
/// <see cref="TopK"/> keeps are kept too.
/// </remarks>
public sealed record GenerationOptions : IValidatedOptions
{
    /// <summary>Largest number of tokens to write, at least 1. The default value is 512.</summary>
    public int MaxNewTokens { get; set; } = 512;

    /// <summary>
    /// Largest number of tokens of prompt and answer together, at least 2. An answer that reaches it ends there, and a prompt that leaves
    /// no room is refused. The default value is null: what the model was made for (<c>max_position_embeddings</c>).
    /// </summary>
    public int? MaxLength { get; set; }

    /// <summary>
    /// Token ids that end an answer, in addition to those at which <see cref="TextGenerator"/> always stops. The default value is empty.
    /// </summary>
    public IReadOnlyCollection<int> StopTokenIds { get; set; } = [];

    /// <summary>
    /// Texts that end an answer; the answer is cut before them. None may be empty. They are looked for in the text, so they need not begin
    /// or end where a token does. If two overlap, the one that is complete first counts. The default value is empty.
    /// </summary>
    public IReadOnlyList<string> StopStrings { get; set; } = [];

    /// <summary>
    /// The logits are divided by this before sampling; 0 takes the likeliest token instead. At least 0; the default value is 0.
    /// </summary>
    public double Temperature { get; set; }

    /// <summary>
    /// Samples only from the fewest of the likeliest tokens whose probabilities add up to at least this. Above 0, at most 1; the default
    /// value is 1: from all.
    /// </summary>
    public double TopP { get; set; } = 1;

    /// <summary>Samples only from this many of the likeliest tokens, at least 0. The default value is 0: from all.</summary>
    public int TopK { get; set; }

    /// <summary>
    /// Samples only from tokens whose probability is at least this times that of the likeliest token. From 0 to 1; the default value is 0:
    /// from all.
    /// </summary>
    public double MinP { get; set; }

    /// <summary>
    /// Makes tokens that the prompt or the answer already holds less likely: their logits are divided by this if positive and multiplied by
    /// it if negative. Applies to greedy choice too. Above 0; the default value is 1: no effect.
    /// </summary>
    public double RepetitionPenalty { get; set; } = 1;

    /// <summary>
    /// Seed of sampling. Together with an answer's index (<see cref="TextRequest.Index"/>) it decides what is drawn: the same request with
    /// the same pair gives the same answer, whatever else is in its batch. The default value is 0.
    /// </summary>
    public long Seed { get; set; }

    /// <summary>
    /// Largest number of answers that are written at the same time, at least 1. Each needs memory for its keys and values
    /// (<c>KeyValueCache.EstimateBytes</c>). The default value is 8.
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
