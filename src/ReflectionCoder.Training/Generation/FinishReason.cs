namespace ReflectionCoder.Generation;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model wrote a stop token.</summary>
    Stop,

    /// <summary>
    /// A limit was reached: <see cref="GenerationOptions.MaxNewTokens"/> or <see cref="GenerationOptions.MaxLength"/>.
    /// </summary>
    Length,

    /// <summary>The model wrote a stop string.</summary>
    StopString,

    /// <summary>
    /// Nothing was written, because the prompt leaves no room (<see cref="GenerationOptions.MaxLength"/>). Only answers of a batch end so;
    /// a single request throws <see cref="PromptTooLongException"/>.
    /// </summary>
    PromptTooLong,
}
