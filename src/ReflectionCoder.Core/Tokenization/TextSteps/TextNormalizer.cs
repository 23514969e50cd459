namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Changes text before it is split; in order, one after another.</summary>
internal abstract record TextNormalizer
{
    /// <summary>Changes text.</summary>
    /// <param name="text">The text, perhaps empty.</param>
    /// <returns>What it became.</returns>
    public abstract string Normalize(string text);

    /// <summary>Applies all in order.</summary>
    public static string Normalize(IReadOnlyList<TextNormalizer> normalizers, string text)
    {
        foreach (TextNormalizer normalizer in normalizers)
        {
            text = normalizer.Normalize(text);
        }

        return text;
    }
}

/// <summary>Brings text to Unicode's form C.</summary>
internal sealed record CompositionNormalizer : TextNormalizer
{
    public override string Normalize(string text) => CharacterComposer.Compose(text);
}

/// <summary>Puts something before a text that isn't empty.</summary>
internal sealed record PrependNormalizer(string Prefix) : TextNormalizer
{
    public override string Normalize(string text) => text.Length == 0 ? text : Prefix + text;
}

/// <summary>Puts one text in another's place, everywhere.</summary>
internal sealed record ReplaceNormalizer(string Pattern, string Content) : TextNormalizer
{
    public override string Normalize(string text) => text.Replace(Pattern, Content, StringComparison.Ordinal);
}
