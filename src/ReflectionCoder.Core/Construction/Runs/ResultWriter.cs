using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Curation;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Writes the files of a run. It goes through the tasks in the order of the input, so that checks across tasks always keep the same one,
/// and holds one sequence at a time.
/// </summary>
internal sealed class ResultWriter(
    ConstructionOptions options,
    DraftSource drafts,
    RunCounts counts,
    GenerationFile? generation,
    string folder
)
{
    private readonly DuplicateFinder? code = options.CodeDuplicates is { } duplicates ? new DuplicateFinder(duplicates) : null;

    public ConstructionSummary Write(IEnumerable<TaskResult> tasks)
    {
        using SequenceWriter train = new(Path.Combine(folder, options.SplitFiles ? "reflection.train.jsonl" : "reflection.jsonl"));
        using SequenceWriter? heldOut = options.SplitFiles ? new SequenceWriter(Path.Combine(folder, "reflection.held_out.jsonl")) : null;
        using RejectsFile rejects = new(Path.Combine(folder, "rejects.jsonl"), counts);
        foreach (TaskResult task in tasks)
        {
            int kept = WriteTask(task, (task.IsHeldOut ? heldOut : null) ?? train, rejects);
            counts.AddTask(task, kept, options.WantedOf(task.IsHeldOut));
            if (kept > 0)
            {
                generation?.Keep(task.Index);
            }
        }

        train.Complete();
        heldOut?.Complete();
        rejects.Complete();
        counts.GenerationSamples = generation?.Complete() ?? 0;
        ConstructionSummary summary = counts.Summarize(options.Usage?.Invoke());
        WriteManifest(summary);
        return summary;
    }

    private int WriteTask(TaskResult task, SequenceWriter file, RejectsFile rejects)
    {
        if (task.Rejection is { } rejected)
        {
            rejects.Write(task.TaskId, variant: null, rejected, draft: null);
            return 0;
        }

        int kept = 0;
        foreach (VariantResult variant in task.Variants)
        {
            string key = DraftJson.KeyOf(task.Key, variant.Variant);
            ReflectionDraft draft =
                variant.Unjournaled ?? drafts.Find(key) ?? throw new InvalidOperationException($"The journal lost the outcome of '{key}'.");
            counts.AddUnused(draft);
            if ((variant.Rejection ?? CheckAcrossTasks(task, draft)) is { } rejection)
            {
                rejects.Write(task.TaskId, variant.Variant, rejection, draft);
                continue;
            }

            Conversation conversation = Complete(draft, task, variant);
            file.Write(conversation);
            counts.AddSequence(conversation, task.IsHeldOut);
            kept++;
        }

        return kept;
    }

    private Rejection? CheckAcrossTasks(TaskResult task, ReflectionDraft draft)
    {
        if (options.Decontaminator?.FindOverlap(draft.Conversation!) is { } overlap)
        {
            return new Rejection(RejectReason.Contaminated, overlap.ToString());
        }

        // Sequences of one task share their final code, or nearly so.
        return
            ReflectionForm.FinalCode(draft.Conversation!) is { } final
            && code?.Add(task.TaskId, final) is { } match
            && match.Id != task.TaskId
            ? TaskFilters.Of(match)
            : null;
    }

    private Conversation Complete(ReflectionDraft draft, TaskResult task, VariantResult variant)
    {
        SampleMetadata metadata = new()
        {
            TaskId = task.TaskId,
            Variant = variant.Variant,
            Language = task.Language,
            Tests = draft.Tests,
            TokenDivergence = variant.TokenDivergence,
            SyntaxDivergence = variant.SyntaxDivergence,
            Mistakes = draft.Mistakes,
        };
        double weight = options.Weigh?.Invoke(metadata) ?? (1 - (options.DivergencePenalty * (variant.TokenDivergence ?? 0)));
        return draft.Conversation! with { Metadata = metadata, Weight = weight };
    }

    private void WriteManifest(ConstructionSummary summary)
    {
        JsonObject manifest = [];
        foreach ((string name, object value) in options.Notes)
        {
            manifest.Add(name, JsonSerializer.SerializeToNode(value));
        }

        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(summary, DraftJson.Options)!.AsObject().ToArray())
        {
            manifest[name] = value?.DeepClone();
        }

        manifest["sequences"] = summary.Statistics.ToJson();

        AtomicFile.WriteText(
            Path.Combine(folder, "manifest.json"),
            manifest.ToJsonString(JsonOutput.Indented).ReplaceLineEndings("\n") + "\n"
        );
    }
}
