using Type = ReflectionCoder.Sequences.BlockType;

namespace ReflectionCoder.Masking;

/// <summary>
/// The paper's strategies, one by one and by name. They keep nothing between calls, so one instance may serve any number of runs.
/// </summary>
public static class MaskStrategies
{
    // The order in which the reference's collator lists its mask functions; a draw is an index into it.
    private static readonly string[] ReferenceOrder =
    [
        "all",
        "random-block",
        "sequential-block",
        "block",
        "random-token",
        "sequential-token",
    ];

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => ReferenceOrder;

    /// <summary>Hides the whole reflection sequence, whatever the mask rate.</summary>
    public static IMaskStrategy All { get; } = new AllMask();

    /// <summary>Hides ceil(n · rate) of the n tokens at random.</summary>
    public static IMaskStrategy RandomToken { get; } = new RandomTokenMask();

    /// <summary>Hides the first ceil(n · rate) of the n tokens.</summary>
    public static IMaskStrategy SequentialToken { get; } = new SequentialTokenMask();

    /// <summary>Hides ceil(b · rate) of the b blocks at random, whole.</summary>
    public static IMaskStrategy RandomBlock { get; } = new RandomBlockMask();

    /// <summary>Hides the first ceil(b · rate) of the b blocks, whole.</summary>
    public static IMaskStrategy SequentialBlock { get; } = new SequentialBlockMask();

    /// <summary>
    /// Hides blocks by type: the order's first type from the start, the second from rate 0.33, the third from 0.67 (paper section 3.2).
    /// </summary>
    /// <param name="order">The three types in the order in which they vanish; null takes the paper's: execution, text, code.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentException">The order is not each type once.</exception>
    public static IMaskStrategy BlockType(IReadOnlyList<Type>? order = null) => new BlockTypeMask(order);

    /// <summary>Reads strategies from their names.</summary>
    /// <param name="names">Names with commas between, such as <c>all,random-token</c>; <c>none</c> or nothing for no strategy.</param>
    /// <param name="blockOrder">The order for <c>block</c>; null takes the paper's: execution, text, code.</param>
    /// <returns>The strategies in the reference's order, whatever the order of the names.</returns>
    /// <exception cref="FormatException">A name is unknown or given twice.</exception>
    /// <exception cref="ArgumentException">The order is not each type once.</exception>
    public static IReadOnlyList<IMaskStrategy> Parse(string names, IReadOnlyList<Type>? blockOrder = null)
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

    /// <summary>Reads the order for <see cref="BlockType"/> from its letters.</summary>
    /// <param name="letters">
    /// <c>t</c>, <c>c</c> and <c>e</c> (text, code, execution) once each, with or without commas, such as <c>e,t,c</c>.
    /// </param>
    /// <returns>The types in order.</returns>
    /// <exception cref="FormatException">The letters are not each of the three once.</exception>
    public static IReadOnlyList<Type> ParseBlockOrder(string letters)
    {
        ArgumentNullException.ThrowIfNull(letters);
        List<Type> order = [];
        foreach (char letter in letters.Where(letter => letter != ',' && !char.IsWhiteSpace(letter)))
        {
            order.Add(
                char.ToLowerInvariant(letter) switch
                {
                    't' => Type.Text,
                    'c' => Type.Code,
                    'e' => Type.Execution,
                    _ => throw Unreadable(),
                }
            );
        }

        return order.Count == 3 && order.Distinct().Count() == 3 ? order : throw Unreadable();

        FormatException Unreadable() => new($"'{letters}' is no block order; expected the letters e, t and c once each, such as 'e,t,c'.");
    }

    /// <summary>
    /// Sorts strategies as the reference lists its own, so that equal seeds draw equal strategies; a host's own ones go last, in their
    /// order.
    /// </summary>
    /// <param name="strategies">The strategies.</param>
    /// <returns>The same ones, sorted.</returns>
    public static IReadOnlyList<IMaskStrategy> InReferenceOrder(IEnumerable<IMaskStrategy> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        return [.. strategies.OrderBy(strategy => (uint)Array.IndexOf(ReferenceOrder, strategy.Name))];
    }

    private static IMaskStrategy Create(string name, IReadOnlyList<Type>? blockOrder) =>
        name switch
        {
            "all" => All,
            "random-block" => RandomBlock,
            "sequential-block" => SequentialBlock,
            "block" => BlockType(blockOrder),
            "random-token" => RandomToken,
            "sequential-token" => SequentialToken,
            _ => throw new FormatException($"'{name}' is no mask strategy; expected some of {string.Join(", ", ReferenceOrder)}, or none."),
        };
}
