using System.Globalization;
using ReflectionCoder.Samples.Ablate.Arms;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What a paid author took for the sequences that an arm learned from.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Accepted">Sequences that were accepted.</param>
/// <param name="InputTokens">Tokens that the author read for all of them, rejected ones included.</param>
/// <param name="OutputTokens">Tokens that it wrote.</param>
/// <param name="InputPrice">Price of a million tokens that it read.</param>
/// <param name="OutputPrice">Price of a million tokens that it wrote.</param>
internal sealed record AuthorPrice(string Arm, long Accepted, long InputTokens, long OutputTokens, double InputPrice, double OutputPrice)
{
    public const string Form = "ARM=ACCEPTED,INPUT_TOKENS,OUTPUT_TOKENS,INPUT_PRICE,OUTPUT_PRICE";

    public double PerSequence => ((InputTokens * InputPrice) + (OutputTokens * OutputPrice)) / 1e6 / Accepted;

    /// <exception cref="FormatException">It has another form, or names no arm.</exception>
    public static AuthorPrice Parse(string text)
    {
        string[] parts = text.Split('=');
        double[] numbers =
        [
            .. (parts.Length == 2 ? parts[1].Split(',') : []).Select(number =>
                double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value)
                && value >= 0
                    ? value
                    : -1
            ),
        ];
        bool isPrice =
            numbers is [>= 1, >= 0, >= 0, >= 0, >= 0]
            && numbers.Take(3).All(count => double.IsInteger(count) && count <= 1e15)
            && ArmCatalog.All.Any(arm => arm.Name == parts[0]);
        return isPrice
            ? new AuthorPrice(parts[0], (long)numbers[0], (long)numbers[1], (long)numbers[2], numbers[3], numbers[4])
            : throw new FormatException($"'{text}' is no author's price; expected {Form}, such as full=480,900000,700000,2.5,10.");
    }
}
