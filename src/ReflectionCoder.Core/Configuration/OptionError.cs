namespace ReflectionCoder.Configuration;

/// <summary>An option out of its range.</summary>
/// <param name="Name">The option's property; one inside another's value has both names, such as <c>Limits.CpuTime</c>.</param>
/// <param name="Value">What it was set to.</param>
/// <param name="Range">What it may be.</param>
public sealed record OptionError(string Name, string Value, string Range)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} is {Value}; it must be {Range}";
}
