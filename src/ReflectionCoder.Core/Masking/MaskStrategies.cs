using ReflectionCoder.Sequences;

namespace ReflectionCoder.Masking;

/// <summary>The strategies by name.</summary>
public static class MaskStrategies
{
    // The order in which the reference's collator lists its mask functions; a draw is an index into it.
    private static readonly string[] ReferenceOrder = ["all", "random-block", "sequential-block", "block", "random-token", "sequential-token"];

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => ReferenceOrder;

    /// <summary>Reads strategies from their names.</summary>
    /// <param name="names">Names with commas between, such as <c>all,random-token</c>; <c>none</c> or nothing for no strategy.</param>
    /// <param name="blockOrder">The order for <c>block</c>; null takes the paper's: execution, text, code.</param>
    /// <returns>The strategies in the reference's order, whatever the order of the names.</returns>
    /// <exception cref="FormatException">A name is unknown or given twice.</exception>
    public static IReadOnlyList<IMaskStrategy> Parse(string names, IReadOnlyList<BlockType>? blockOrder = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        string[] parts = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["none"])
        {
            return [];
        }

        if (parts.Distinct().Count() != parts.Length)
        {
            throw new FormatException($"'{names}' names a mask strategy twice.");
        }

        return InReferenceOrder(parts.Select(name => Create(name, blockOrder)));
    }

    /// <summary>Sorts strategies as the reference lists its own, so that equal seeds draw equal strategies; a host's own ones go last, in their order.</summary>
    /// <param name="strategies">The strategies.</param>
    /// <returns>The same ones, sorted.</returns>
    public static IReadOnlyList<IMaskStrategy> InReferenceOrder(IEnumerable<IMaskStrategy> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        return [.. strategies.OrderBy(strategy => (uint)Array.IndexOf(ReferenceOrder, strategy.Name))];
    }

    private static IMaskStrategy Create(string name, IReadOnlyList<BlockType>? blockOrder) => name switch
    {
        "all" => new AllMask(),
        "random-block" => new RandomBlockMask(),
        "sequential-block" => new SequentialBlockMask(),
        "block" => new BlockTypeMask(blockOrder),
        "random-token" => new RandomTokenMask(),
        "sequential-token" => new SequentialTokenMask(),
        _ => throw new FormatException($"'{name}' is no mask strategy; expected some of {string.Join(", ", ReferenceOrder)}, or none."),
    };
}
