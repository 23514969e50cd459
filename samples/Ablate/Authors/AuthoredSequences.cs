using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Authors;

/// <summary>Reflections of two authors on the same tasks, one each, and what it took to write them.</summary>
/// <param name="Before">The data's.</param>
/// <param name="ByModel">Those around the model's wrong attempts; as many, in the same order.</param>
/// <param name="Cost">What they took.</param>
internal sealed record AuthoredSequences(IReadOnlyList<Conversation> Before, IReadOnlyList<Conversation> ByModel, AuthoringCost Cost)
{
    private const string BeforeFile = "before.jsonl";
    private const string ModelFile = "model.jsonl";

    /// <summary>Written last: a folder that has it is whole.</summary>
    private const string CostFile = "authored.json";

    /// <summary>Reads what an earlier session wrote; null where it didn't end.</summary>
    public static AuthoredSequences? Find(string folder)
    {
        string path = Path.Combine(folder, CostFile);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            AuthoringCost cost =
                JsonSerializer.Deserialize<AuthoringCost>(File.ReadAllBytes(path)) ?? throw new JsonException("It is null.");
            return cost.Sequences == 0
                ? new AuthoredSequences([], [], cost)
                : new AuthoredSequences(
                    [.. SequenceReader.Read(Path.Combine(folder, BeforeFile))],
                    [.. SequenceReader.Read(Path.Combine(folder, ModelFile))],
                    cost
                );
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(
                path,
                $"doesn't say what writing took; delete its folder to write anew. {exception.Message}",
                exception
            );
        }
    }

    public async Task WriteAsync(string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        SequenceWriter.Write(Path.Combine(folder, BeforeFile), Before);
        SequenceWriter.Write(Path.Combine(folder, ModelFile), ByModel);
        await StudyFiles.ReplaceAsync(Path.Combine(folder, CostFile), JsonSerializer.SerializeToUtf8Bytes(Cost), stop);
    }
}

/// <summary>What writing took.</summary>
/// <param name="Sequences">Tasks with an accepted reflection by the model.</param>
/// <param name="Answers">Answers that the model wrote for them.</param>
/// <param name="Seconds">Time to write and run those, without the first round's training.</param>
/// <param name="MutationSequences">Reflections that the mutation author wrote for some of the same tasks, to be timed.</param>
/// <param name="MutationSeconds">Time that these took.</param>
internal sealed record AuthoringCost(int Sequences, int Answers, double Seconds, int MutationSequences, double MutationSeconds);
