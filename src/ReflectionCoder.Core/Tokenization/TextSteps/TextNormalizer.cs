namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>A step that changes text before it is split. Thread-safe.</summary>
internal abstract record TextNormalizer
{
    /// <summary>Changes text.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <returns>The changed text.</returns>
    public abstract string Normalize(string text);

    /// <summary>Applies all steps in order.</summary>
    public static string Normalize(IReadOnlyList<TextNormalizer> normalizers, string text)
    {
        foreach (TextNormalizer normalizer in normalizers)
        {
            text = normalizer.Normalize(text);
        }

        return text;
    }
}

/// <summary>Brings text to Unicode's normalization form C (NFC).</summary>
internal sealed record CompositionNormalizer : TextNormalizer
{
    public override string Normalize(string text) => CharacterComposer.Compose(text);
}

/// <summary>Puts a prefix before a text that isn't empty.</summary>
internal sealed record PrependNormalizer(string Prefix) : TextNormalizer
{
    public override string Normalize(string text) => text.Length == 0 ? text : Prefix + text;
}

/// <summary>Replaces a text by another one, everywhere.</summary>
internal sealed record ReplaceNormalizer(string Pattern, string Content) : TextNormalizer
{
    public override string Normalize(string text) => text.Replace(Pattern, Content, StringComparison.Ordinal);
}
