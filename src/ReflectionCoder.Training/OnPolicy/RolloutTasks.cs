using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.OnPolicy;

/// <summary>
/// The tasks of a run, and the same as samples: a sample is a task's prompt, without labels, because its answer isn't written yet.
/// </summary>
internal sealed class RolloutTasks
{
    private RolloutTasks(IReadOnlyList<ProgrammingTask> tasks, TrainingData data) => (Tasks, Data) = (tasks, data);

    /// <summary>The tasks, without those whose prompts are too long.</summary>
    public IReadOnlyList<ProgrammingTask> Tasks { get; }

    /// <summary>Their prompts, in the same order.</summary>
    public TrainingData Data { get; }

    /// <summary>Most tokens of a row: what the options allow, and what the model can or was made for.</summary>
    public static int MaxLength(OnPolicyOptions options, ICausalLanguageModel model) =>
        Math.Min(options.MaxLength, Math.Min(model.PositionLimit ?? int.MaxValue, model.ContextLength ?? int.MaxValue));

    /// <summary>Checks tasks and encodes their prompts.</summary>
    /// <exception cref="TrainingDataException">There is no task, one can't be worked on, or two have the same id.</exception>
    public static RolloutTasks Create(
        IEnumerable<ProgrammingTask> tasks,
        CodeTokenizer tokenizer,
        ICausalLanguageModel model,
        OnPolicyOptions options
    )
    {
        SampleTokenizer prompts = new(tokenizer);
        int most = MaxLength(options, model);
        HashSet<string> ids = new(StringComparer.Ordinal);
        List<ProgrammingTask> kept = [];
        List<TrainingSample> samples = [];
        List<OverlongSample> overlong = [];
        foreach (ProgrammingTask task in tasks)
        {
            if (!ids.Add(task.TaskId))
            {
                throw new TrainingDataException($"Task '{task.TaskId}' is there twice; expected unique ids.");
            }

            if (task.Problem is { } problem)
            {
                throw new TrainingDataException($"Task '{task.TaskId}' can't be worked on: {problem}");
            }

            int[] prompt = Encode(prompts, task, options);
            if (prompt.Length >= most)
            {
                overlong.Add(new OverlongSample(task.TaskId, prompt.Length));
                continue;
            }

            kept.Add(task);
            samples.Add(new TrainingSample(Unlabelled(prompt), task.TaskId, Line: 0));
        }

        return samples.Count > 0
            ? new RolloutTasks(kept, new TrainingData(samples, overlong))
            : throw new TrainingDataException(
                overlong.Count == 0
                    ? "There is no task."
                    : $"The prompts of all {overlong.Count} tasks leave no room for an answer within {most} tokens; the shortest has "
                        + $"{overlong.Min(task => task.Length)}."
            );
    }

    /// <summary>A hash of all that decides what a task asks and how its answers are judged.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ProgrammingTask task in Tasks)
        {
            // Each text after its length, so that the parts can be told apart.
            foreach (string text in (string[])[task.TaskId, task.Instruction, task.Language, task.EntryPoint ?? "", .. task.Asserts, ""])
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                hash.AppendData(BitConverter.GetBytes(bytes.Length));
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static int[] Encode(SampleTokenizer prompts, ProgrammingTask task, OnPolicyOptions options)
    {
        try
        {
            return prompts.EncodePrompt(task.Instruction, options.AnswerPrefix);
        }
        catch (SampleFormatException exception)
        {
            throw new TrainingDataException($"Task '{task.TaskId}': {exception.Message}", exception);
        }
    }

    private static TokenizedSample Unlabelled(int[] prompt)
    {
        int[] none = [.. Enumerable.Repeat(TokenizedSample.IgnoreIndex, prompt.Length)];
        return new TokenizedSample
        {
            InputIds = prompt,
            Labels = none,
            DistillationLabels = none,
            Type = SampleType.Generation,
            Spans = [],
            ReflectionStart = -1,
            ReflectionEnd = -1,
        };
    }
}
