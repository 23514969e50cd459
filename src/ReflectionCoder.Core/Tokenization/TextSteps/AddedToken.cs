namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>A token that is found in text as a whole before anything else is split.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it steers the model rather than being text; left out of decoded text on request.</param>
/// <param name="IsNormalized">Whether it is looked for after normalization.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial, bool IsNormalized)
{
    /// <summary>Whether it is found only where no word character stands next to it.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether it takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes the white space behind it along.</summary>
    public bool StripsRight { get; init; }
}
