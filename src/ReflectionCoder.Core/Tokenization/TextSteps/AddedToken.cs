namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>A token that is searched for as a whole, before the text is split into pieces.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it is a special token, which decoding leaves out on request.</param>
/// <param name="IsNormalized">Whether it is searched for in the normalized text, by its normalized form.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial, bool IsNormalized)
{
    /// <summary>Whether it is found only if no word character is next to it.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether the white space before it belongs to it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether the white space after it belongs to it.</summary>
    public bool StripsRight { get; init; }
}
