namespace ReflectionCoder.Generation;

/// <summary>Why generation ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token came, or whoever listened wanted no more.</summary>
    Stop,

    /// <summary>The limit of new tokens, or of the whole length, was reached.</summary>
    Length,

    /// <summary>A stop string came.</summary>
    StopString,

    /// <summary>Nothing was written: the prompt, one of many, leaves no room (<see cref="GenerationOptions.MaxLength"/>).</summary>
    PromptTooLong,
}
