namespace ReflectionCoder.Samples.ReasoningTasks.Verification;

/// <summary>Whole numbers of 64 bits. What has no result says why.</summary>
internal static class Arithmetic
{
    /// <summary>The operators, in the order in which messages name them.</summary>
    public static IReadOnlyList<string> Operators { get; } = ["+", "-", "*", "/", "//", "%"];

    /// <summary>Computes.</summary>
    /// <param name="operation">One of <see cref="Operators"/>: <c>/</c> must leave no remainder, <c>//</c> and <c>%</c> round down.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <returns>The value, or what is wrong.</returns>
    public static (long Value, string? Error) Apply(string operation, long left, long right)
    {
        if (right == 0 && operation is ("/" or "//" or "%"))
        {
            return (0, $"{left} {operation} 0 divides by zero");
        }

        // 128 bits hold every result of two numbers of 64.
        (Int128 a, Int128 b) = (left, right);
        (Int128 quotient, Int128 rest) = right == 0 ? (0, 0) : Int128.DivRem(a, b);
        bool isFloored = rest != 0 && (rest < 0) != (b < 0);
        Int128 value = operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" or "//" => isFloored ? quotient - 1 : quotient,
            "%" => isFloored ? rest + b : rest,
            _ => throw new ArgumentException($"'{operation}' is none of {string.Join(' ', Operators)}.", nameof(operation)),
        };
        return operation == "/" && rest != 0 ? (0, $"{left} / {right} leaves a remainder; whole numbers are divided by `//`")
            : value < long.MinValue || value > long.MaxValue ? (0, $"{left} {operation} {right} is beyond 64 bits")
            : ((long)value, null);
    }
}
