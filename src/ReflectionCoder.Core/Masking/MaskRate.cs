namespace ReflectionCoder.Masking;

/// <summary>Arithmetic with mask rates.</summary>
internal static class MaskRate
{
    /// <summary>ceil(n · rate) in doubles, as Python computes it. Rounding may raise it: ceil(100 · 0.07) is 8.</summary>
    public static int CountOf(int n, double rate) => Math.Clamp((int)Math.Ceiling(n * rate), 0, n);

    /// <exception cref="ArgumentOutOfRangeException">The rate is not a number from 0 to 1.</exception>
    public static void Check(double rate, string parameter)
    {
        if (!(rate >= 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(parameter, rate, "A mask rate lies from 0 to 1.");
        }
    }
}
