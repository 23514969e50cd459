namespace ReflectionCoder.Modeling.Families;

/// <summary>The families by their <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    /// <summary>The library's own, in the order in which messages list them.</summary>
    internal static IReadOnlyList<ModelFamily> All { get; } =
    [ModelFamily.Llama, ModelFamily.Mistral, ModelFamily.Qwen2, ModelFamily.Qwen3];

    /// <summary>The projections that a layer of any of them may have, in checkpoint order.</summary>
    internal static IReadOnlyList<string> Projections { get; } = [.. All.SelectMany(family => family.Projections).Distinct()];

    /// <summary>The library's families and a host's.</summary>
    /// <exception cref="ArgumentException">Two have one <c>model_type</c>.</exception>
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

    /// <summary>Whether a host's families and the library's have a <c>model_type</c> each.</summary>
    internal static bool AreDistinct(IReadOnlyList<ModelFamily> others) =>
        All.Concat(others).DistinctBy(family => family.ModelType).Count() == All.Count + others.Count;

    /// <summary>Families in a sentence: <c>'a', 'b' or 'c'</c>.</summary>
    internal static string Show(IEnumerable<ModelFamily> families)
    {
        string[] types = [.. families.Select(family => $"'{family.ModelType}'")];
        return types.Length < 2 ? string.Concat(types) : $"{string.Join(", ", types[..^1])} or {types[^1]}";
    }
}
