using Type = ReflectionCoder.Sequences.BlockType;

namespace ReflectionCoder.Masking;

/// <summary>
/// The mask strategies of the paper (section 3.2), as properties and by name. They are thread-safe and keep no state, so one instance may
/// serve any number of runs.
/// </summary>
public static class MaskStrategies
{
    // The order in which the reference's collator lists its mask functions. It draws an index into this list, so the order decides which
    // strategy a seed gives.
    private static readonly string[] ReferenceOrder =
    [
        "all",
        "random-block",
        "sequential-block",
        "block",
        "random-token",
        "sequential-token",
    ];

    /// <summary>The names of all strategies, as <see cref="Parse"/> reads them.</summary>
    public static IReadOnlyList<string> Names => ReferenceOrder;

    /// <summary>Hides the whole reflection sequence at every mask rate.</summary>
    public static IMaskStrategy All { get; } = new AllMask();

    /// <summary>Hides ceil(n · rate) of the n tokens, chosen at random.</summary>
    public static IMaskStrategy RandomToken { get; } = new RandomTokenMask();

    /// <summary>Hides the first ceil(n · rate) of the n tokens.</summary>
    public static IMaskStrategy SequentialToken { get; } = new SequentialTokenMask();

    /// <summary>Hides ceil(b · rate) of the b blocks, chosen at random.</summary>
    public static IMaskStrategy RandomBlock { get; } = new RandomBlockMask();

    /// <summary>Hides the first ceil(b · rate) of the b blocks.</summary>
    public static IMaskStrategy SequentialBlock { get; } = new SequentialBlockMask();

    /// <summary>
    /// Creates a strategy that hides blocks by type: those of the first type at every rate, of the second from rate 0.33, of the third from
    /// rate 0.67.
    /// </summary>
    /// <param name="order">The three types in the order in which they are hidden; null for the paper's: execution, text, code.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentException"><paramref name="order"/> doesn't hold each type exactly once.</exception>
    public static IMaskStrategy BlockType(IReadOnlyList<Type>? order = null) => new BlockTypeMask(order);

    /// <summary>Makes strategies from a list of their names.</summary>
    /// <param name="names">
    /// Names separated by commas, such as <c>all,random-token</c>; <c>none</c> or an empty string for no strategy.
    /// </param>
    /// <param name="blockOrder">The order for <c>block</c>; null for the paper's: execution, text, code.</param>
    /// <returns>The strategies, sorted by <see cref="InReferenceOrder"/>.</returns>
    /// <exception cref="FormatException">A name is unknown or comes twice.</exception>
    /// <exception cref="ArgumentException"><paramref name="blockOrder"/> doesn't hold each type exactly once.</exception>
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

    /// <summary>Reads an order for <see cref="BlockType"/> from letters.</summary>
    /// <param name="letters">
    /// <c>t</c> (text), <c>c</c> (code) and <c>e</c> (execution), each once, with or without commas, such as <c>e,t,c</c>. Upper case is
    /// allowed.
    /// </param>
    /// <returns>The three types in the order of the letters.</returns>
    /// <exception cref="FormatException">A letter is unknown, missing or comes twice.</exception>
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
    /// Sorts strategies into the order of the paper's reference code, so that an equal seed draws the same strategies as there. Strategies
    /// that it doesn't know come last, and keep their order.
    /// </summary>
    /// <param name="strategies">The strategies.</param>
    /// <returns>The same strategies, sorted.</returns>
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
