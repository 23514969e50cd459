using ReflectionCoder.Samples.ReasoningTasks.Verification;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>A step of one operation, as the composed derivations have it.</summary>
/// <param name="Name">What its value is called.</param>
/// <param name="Left">A number, or the name of a step above.</param>
/// <param name="Operator">One of <see cref="Arithmetic.Operators"/>.</param>
/// <param name="Right">As <paramref name="Left"/>.</param>
internal sealed record DerivationStep(string Name, string Left, string Operator, string Right)
{
    /// <summary>Reads lines of the form <c>name = left operator right</c>; null where one has another.</summary>
    public static IReadOnlyList<DerivationStep>? Read(string derivation)
    {
        List<DerivationStep> steps = [];
        foreach (string line in derivation.Split('\n'))
        {
            if (
                line.Split(' ') is not [var name, "=", var left, var sign, var right]
                || !Arithmetic.Operators.Contains(sign)
                || !((string[])[name, left, right]).All(IsNameOrNumber)
            )
            {
                return null;
            }

            steps.Add(new DerivationStep(name, left, sign, right));
        }

        return steps;
    }

    public override string ToString() => $"{Name} = {Left} {Operator} {Right}";

    private static bool IsNameOrNumber(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
