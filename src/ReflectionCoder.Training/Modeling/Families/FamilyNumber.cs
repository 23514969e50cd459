namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// A number of <c>config.json</c> that a family has beyond those of every decoder; it is read, checked to be finite, and written.
/// </summary>
/// <param name="Field">Its name in the file, such as <c>logit_scale</c>; no field that every decoder has.</param>
/// <param name="Default">Its value where the file has no such field; null for none.</param>
/// <param name="Get">Its value in a configuration, to be written; null for none, which is written as null.</param>
/// <param name="Set">
/// A configuration with that value, the inverse of <paramref name="Get"/>; it is given null where the file says null, or has no such field
/// and there is no default.
/// </param>
public sealed record FamilyNumber(
    string Field,
    double? Default,
    Func<ModelConfig, double?> Get,
    Func<ModelConfig, double?, ModelConfig> Set
);
