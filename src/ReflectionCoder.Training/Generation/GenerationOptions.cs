using ReflectionCoder.Configuration;

namespace ReflectionCoder.Generation;

/// <summary>How tokens are chosen and when to stop. Greedy by default.</summary>
public sealed record GenerationOptions : IValidatedOptions
{
    /// <summary>Most tokens to write, at least 1. The default value is 512.</summary>
    public int MaxNewTokens { get; set; } = 512;

    /// <summary>Ids that end generation, in addition to those the generator knows. The default value is none.</summary>
    public IReadOnlyCollection<int> StopTokenIds { get; set; } = [];

    /// <summary>Divides the logits before sampling; 0 takes the likeliest token. At least 0; the default value is 0.</summary>
    public double Temperature { get; set; }

    /// <summary>Samples from the likeliest tokens whose probabilities add up to this. Above 0, at most 1; the default value is 1: all.</summary>
    public double TopP { get; set; } = 1;

    /// <summary>Samples from so many of the likeliest tokens, at least 0; 0 for all. The default value is 0.</summary>
    public int TopK { get; set; }

    /// <summary>Decides the samples: the n-th answer of a generator is the same each time. The default value is 0.</summary>
    public int Seed { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() => new OptionErrors()
        .Require(MaxNewTokens >= 1, MaxNewTokens, "at least 1")
        .Require(StopTokenIds is not null, StopTokenIds, "given")
        .Require(double.IsFinite(Temperature) && Temperature >= 0, Temperature, "at least 0")
        .Require(TopP is > 0 and <= 1, TopP, "above 0, at most 1")
        .Require(TopK >= 0, TopK, "at least 0")
        .Found;
}
