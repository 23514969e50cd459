namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>A mean difference in pass@1, as a share, with the ends of its 95 % interval.</summary>
internal sealed record Interval(double Mean, double Low, double High)
{
    /// <summary>What the interval says: <c>ahead</c> or <c>behind</c> where it leaves zero out, else <c>not told apart</c>.</summary>
    public string Verdict =>
        Low > 0 ? "ahead"
        : High < 0 ? "behind"
        : "not told apart";

    /// <summary>Whether zero lies outside.</summary>
    public bool IsTold => Low > 0 || High < 0;

    /// <summary>In points, such as <c>+1.3 (-0.7 to +3.3)</c>.</summary>
    public override string ToString() => $"{Points(Mean)} ({Points(Low)} to {Points(High)})";

    private static string Points(double share) => $"{100 * share:+0.0;-0.0;0.0}";
}
