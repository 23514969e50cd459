namespace ReflectionCoder.Configuration;

/// <summary>An option that has a value out of its range.</summary>
/// <param name="Name">Name of the option's property; dotted if it belongs to another option's value, such as <c>Limits.CpuTime</c>.</param>
/// <param name="Value">The value that was set, as text.</param>
/// <param name="Range">The values that are allowed, in words, such as <c>at least 1</c>.</param>
public sealed record OptionError(string Name, string Value, string Range)
{
    /// <summary>The mistake as a sentence: <c>Name is Value; it must be Range</c>.</summary>
    /// <returns>The sentence, without a full stop.</returns>
    public override string ToString() => $"{Name} is {Value}; it must be {Range}";
}
