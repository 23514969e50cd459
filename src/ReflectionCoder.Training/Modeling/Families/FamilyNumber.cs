namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// A field of <c>config.json</c> with a number that only this family has. The number is read, checked to be finite, and written.
/// </summary>
/// <param name="Field">Name of the field, such as <c>logit_scale</c>. It must not be a field that every decoder has.</param>
/// <param name="Default">Value where the file has no such field; null for none.</param>
/// <param name="Get">Finds the value in a configuration, to write it; null is written as null.</param>
/// <param name="Set">
/// Makes a configuration with the value: the inverse of <paramref name="Get"/>. It is given null where the file says null, and where the
/// file has no such field and there is no default.
/// </param>
public sealed record FamilyNumber(
    string Field,
    double? Default,
    Func<ModelConfig, double?> Get,
    Func<ModelConfig, double?, ModelConfig> Set
)
{
    /// <summary>Whether the number must be positive; otherwise any finite number may stand there.</summary>
    internal bool IsPositive { get; init; }

    /// <summary>Whether the file may say null.</summary>
    internal bool AllowsNull { get; init; } = true;

    /// <summary>Whether a whole number is written as Python's int, because newer versions of transformers take nothing else.</summary>
    internal bool PrefersInteger { get; init; }
}
