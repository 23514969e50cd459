namespace ReflectionCoder.Generation;

/// <summary>How tokens are chosen and when to stop. Greedy by default.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to write, at least 1. The default value is 512.</summary>
    public int MaxNewTokens { get; init; } = 512;

    /// <summary>Ids that end generation, in addition to those the generator knows. The default value is none.</summary>
    public IReadOnlyCollection<int> StopTokenIds { get; init; } = [];

    /// <summary>Divides the logits before sampling; 0 takes the likeliest token. At least 0; the default value is 0.</summary>
    public double Temperature { get; init; }

    /// <summary>Samples from the likeliest tokens whose probabilities add up to this. Above 0, at most 1; the default value is 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Samples from so many of the likeliest tokens; 0 for all. The default value is 0.</summary>
    public int TopK { get; init; }

    /// <summary>Decides the samples: the n-th answer of a generator is the same each time. The default value is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxNewTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        if (!double.IsFinite(Temperature) || Temperature < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "Temperature must be a number of at least 0.");
        }

        if (!(TopP > 0 && TopP <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(TopP), TopP, "Top-p must be above 0 and at most 1.");
        }
    }
}
