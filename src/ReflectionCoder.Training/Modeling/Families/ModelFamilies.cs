namespace ReflectionCoder.Modeling.Families;

/// <summary>The families by their <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    /// <summary>The families of this library, in the order in which messages list them.</summary>
    internal static IReadOnlyList<ModelFamily> All { get; } =
    [
        ModelFamily.Gemma3,
        ModelFamily.Llama,
        ModelFamily.Mistral,
        ModelFamily.Qwen2,
        ModelFamily.Qwen3,
        ModelFamily.SmolLM3,
        ModelFamily.Starcoder2,
    ];

    /// <summary>The projections that a layer of any of them may have, in the order of a checkpoint.</summary>
    internal static IReadOnlyList<string> Projections { get; } = [.. All.SelectMany(family => family.Projections).Distinct()];

    /// <summary>The families of this library, followed by those of an application.</summary>
    /// <exception cref="ArgumentException">Two families have the same <c>model_type</c>.</exception>
    internal static IReadOnlyList<ModelFamily> With(IReadOnlyList<ModelFamily>? others)
    {
        if (others is null or { Count: 0 })
        {
            return All;
        }

        ModelFamily[] families = [.. All, .. others];
        return AreDistinct(others)
            ? families
            : throw new ArgumentException($"Two of the families {Show(families)} have one model_type; each needs its own.", nameof(others));
    }

    /// <summary>Whether all families, those of this library and those given, have different <c>model_type</c>s.</summary>
    internal static bool AreDistinct(IReadOnlyList<ModelFamily> others) =>
        All.Concat(others).DistinctBy(family => family.ModelType).Count() == All.Count + others.Count;

    /// <summary>Lists families in the words of a message: <c>'a', 'b' or 'c'</c>.</summary>
    internal static string Show(IEnumerable<ModelFamily> families)
    {
        string[] types = [.. families.Select(family => $"'{family.ModelType}'")];
        return types.Length < 2 ? string.Concat(types) : $"{string.Join(", ", types[..^1])} or {types[^1]}";
    }
}
