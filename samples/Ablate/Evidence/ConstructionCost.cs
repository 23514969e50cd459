using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Samples.Ablate.Arms;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>What it took to write the sequences that an arm learned from.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Sequences">Accepted sequences.</param>
/// <param name="Seconds">Seconds for each of them; null where not known.</param>
/// <param name="Money">Money for each of them; null where none was paid, or it isn't known.</param>
internal sealed record ConstructionCost(string Arm, string Source, double Sequences, double? Seconds, double? Money)
{
    private const string Manifest = "manifest.json";

    /// <summary>All that is known: measured with the rows, told by the data's manifest, given on the command line.</summary>
    /// <exception cref="DataFormatException">The manifest is no JSON.</exception>
    public static IReadOnlyList<ConstructionCost> Find(EvidenceTable table, StudySettings settings) =>
        [
            .. from arm in table.Usual
            where arm.Rows[0].Prepared?.Sequences is not null
            select new ConstructionCost(
                arm.Name,
                arm.Name == ArmCatalog.DataAuthor ? "the mutation author, measured" : "measured",
                arm.Mean(row => row.Prepared?.Sequences),
                arm.Mean(row => row.Prepared?.SecondsPerSequence),
                null
            ),
            .. FromManifest(settings.DataDirectory),
            .. settings.AuthorPrices.Select(price => new ConstructionCost(price.Arm, "given", price.Accepted, null, price.PerSequence)),
        ];

    /// <summary>A chat author's run writes what a sequence cost; the mutation author's has nothing to write there.</summary>
    private static IEnumerable<ConstructionCost> FromManifest(string directory)
    {
        string path = Path.Combine(directory, Manifest);
        if (directory.Length == 0 || !File.Exists(path))
        {
            yield break;
        }

        JsonElement root;
        try
        {
            root = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path));
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(path, $"is no JSON. {exception.Message}", exception);
        }

        if (
            root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("cost_per_sequence", out JsonElement cost)
            && root.TryGetProperty("train_sequences", out JsonElement sequences)
            && cost.ValueKind == JsonValueKind.Number
            && sequences.ValueKind == JsonValueKind.Number
        )
        {
            yield return new ConstructionCost(ArmCatalog.Full, Manifest, sequences.GetDouble(), null, cost.GetDouble());
        }
    }
}
