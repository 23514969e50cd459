using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>A study that takes seconds: a tiny model, six reflections, two held-out tasks.</summary>
internal sealed class AblateStudy
{
    private static readonly string[] TrainingIds = ["train/0/a", "train/1/b+a"];

    private readonly RunFolder folder;

    public AblateStudy(RunFolder folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "Programs run on the system's Python.");
        this.folder = folder;
    }

    /// <summary>A row without what differs from run to run.</summary>
    public static string Timeless(string line)
    {
        JsonNode row = JsonNode.Parse(line)!;
        row["finished_at"] = null;
        foreach (
            (string part, string name) in ((string, string)[])
                [("training", "seconds"), ("measured", "seconds"), ("prepared", "seconds_per_sequence")]
        )
        {
            if (row[part] is JsonObject timed)
            {
                Assert.True(timed.Remove(name));
            }
        }

        return row.ToJsonString();
    }

    public void Write()
    {
        using (CausalLanguageModel model = TinyRun.Model())
        {
            PretrainedModel.Save(folder["model"], model, TinyRun.Tokenizer);
        }

        Directory.CreateDirectory(folder["data"]);
        SequenceWriter.Write(folder["data/reflection.train.jsonl"], Enumerable.Range(0, 6).Select(Reflection));
        SequenceWriter.Write(folder["data/reflection.held_out.jsonl"], Enumerable.Range(6, 3).Select(TinyRun.Reflection));
        SequenceWriter.Write(folder["data/instructions.train.jsonl"], Enumerable.Range(0, 6).Select(TinyRun.Generation));
        File.WriteAllLines(folder["data/tasks.jsonl"], TrainingIds.Concat(["held_out/0/a+b", "held_out/1/a+b+c"]).Select(TaskLine));
    }

    /// <summary>A reflection; the first two are of the training tasks.</summary>
    private static Conversation Reflection(int i) =>
        TinyRun.Reflection(i) with
        {
            Metadata = i < TrainingIds.Length ? new SampleMetadata { TaskId = TrainingIds[i] } : null,
        };

    /// <summary>A task whose instruction is a training task's, and one that no arm is trained on.</summary>
    public static IEnumerable<string> OtherTaskLines() => ((int[])[1, 9]).Select((number, i) => TaskLine($"other/{i}", number));

    private static string TaskLine(string id, int i) =>
        JsonSerializer.Serialize(
            new
            {
                task_id = id,
                instruction = $"Write `f{i}(x)` that adds {i}.",
                entry_point = $"f{i}",
                solution = $"def f{i}(x): return x + {i}",
                asserts = Enumerable.Range(0, 3).Select(x => $"assert f{i}({x}) == {x + i}"),
                split = id.Split('/')[0],
            }
        );

    /// <summary>The arguments of a tiny study. Those that are given stand in the place of the same ones here.</summary>
    public string[] Arguments(string output, params string[] further)
    {
        string[] usual =
        [
            .. (string[])["--arms", "reflection,on-policy", "--seeds", "7", "--steps", "2", "--batch-size", "2"],
            .. (string[])["--learning-rate", "1e-3", "--max-new-tokens", "6", "--threads", "1", "--device", "cpu"],
        ];
        return
        [
            .. (string[])["--base", folder["model"], "--data", folder["data"], "--output", folder[output], "--unisolated"],
            .. usual.Chunk(2).Where(pair => !further.Contains(pair[0])).SelectMany(pair => pair),
            .. further,
        ];
    }
}
