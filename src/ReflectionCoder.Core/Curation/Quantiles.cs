using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Curation;

/// <summary>The distribution of numbers that come one by one. All of them are kept. Not thread-safe.</summary>
internal sealed class Quantiles
{
    private readonly List<double> values = [];
    private bool isSorted = true;

    /// <summary>How many numbers there are.</summary>
    public int Count => values.Count;

    /// <summary>The numbers in rising order.</summary>
    public IReadOnlyList<double> Sorted
    {
        get
        {
            if (!isSorted)
            {
                values.Sort();
                isSorted = true;
            }

            return values;
        }
    }

    /// <summary>Adds a number.</summary>
    public void Add(double value)
    {
        values.Add(value);
        isSorted = false;
    }

    /// <summary>The number that a share of all numbers don't exceed: the one at the rank that is the next whole number above.</summary>
    /// <param name="share">The share, from above 0 to 1.</param>
    public double At(double share) => Sorted[Math.Max(0, (int)Math.Ceiling(share * Count) - 1)];

    /// <summary>Minimum, mean and quantiles; null if there are no numbers.</summary>
    /// <param name="places">How many decimal places the numbers have; 0 for whole ones.</param>
    public JsonObject? ToJson(int places)
    {
        if (Count == 0)
        {
            return null;
        }

        return new JsonObject
        {
            ["count"] = Count,
            ["min"] = Number(At(0.0)),
            ["p10"] = Number(At(0.1)),
            ["median"] = Number(At(0.5)),
            ["p90"] = Number(At(0.9)),
            ["max"] = Number(At(1)),
            ["mean"] = JsonOutput.Float(Math.Round(values.Average(), Math.Max(1, places))),
        };

        JsonNode Number(double value) => places == 0 ? JsonValue.Create((long)value) : JsonOutput.Float(Math.Round(value, places));
    }
}
