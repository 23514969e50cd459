namespace ReflectionCoder.Sandbox.Seccomp;

/// <summary>How a system call is answered. Two calls may share a rule.</summary>
/// <param name="Checks">Checks of its arguments, in order. The first that fails answers.</param>
/// <param name="Answer">The answer after all checks.</param>
internal sealed record CallRule(IReadOnlyList<ArgumentCheck> Checks, uint Answer = FilterAnswer.Allow)
{
    /// <summary>Allows the call whatever its arguments are.</summary>
    public static CallRule Allow { get; } = new([]);

    /// <summary>The rule of every call that isn't listed.</summary>
    public static CallRule Unknown { get; } = new([], FilterAnswer.Unknown);
}

/// <summary>
/// A check of an argument's low 32 bits: those of the mask must be one of the values. The kernel reads no more of any argument that we
/// check: they are ints, or flags whose high half it ignores. A check of the high half too would refuse a runtime that leaves junk there.
/// </summary>
/// <param name="Argument">The argument's index.</param>
/// <param name="Mask">The bits to compare.</param>
/// <param name="Values">The values that pass.</param>
/// <param name="Otherwise">The answer to all others.</param>
internal sealed record ArgumentCheck(int Argument, uint Mask, IReadOnlyList<uint> Values, uint Otherwise)
{
    /// <summary>The mask of a whole int.</summary>
    public const uint All = uint.MaxValue;
}
