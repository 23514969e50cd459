using System.Collections.Concurrent;
using System.Diagnostics;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Generation;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Training;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Samples.Ablate.Authors;

/// <summary>
/// Lets a model that has learned once answer the training tasks, and writes reflections around those of its answers that fail: the task's
/// solution is the repair.
/// </summary>
internal sealed class ModelAuthor(StudySettings settings, StudyData data, ICodeSandbox sandbox, TorchThread thread)
{
    /// <summary>Answers to a task until one fails in a way that can be shown.</summary>
    private const int Draws = 4;

    /// <summary>Tasks that the mutation author is timed on.</summary>
    private const int TimedTasks = 16;

    /// <summary>Writes, or reads what an earlier session wrote.</summary>
    /// <param name="model">Folder of the model.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="folder">Where the sequences go.</param>
    /// <param name="stop">Stops the work, which then begins anew the next time.</param>
    /// <exception cref="SandboxUnavailableException">Answers could not be run.</exception>
    public async Task<AuthoredSequences> WriteAsync(string model, long seed, string folder, CancellationToken stop)
    {
        if (AuthoredSequences.Find(folder) is { } there)
        {
            return there;
        }

        Console.WriteLine("  the model writes wrong attempts at the training tasks");
        long started = Stopwatch.GetTimestamp();
        using PretrainedModel pretrained = PretrainedModel.Load(
            new PretrainedModelOptions { Directory = model, Device = settings.Device },
            cancellationToken: stop
        );
        GenerationOptions generation = new()
        {
            Temperature = 1,
            MaxNewTokens = settings.MaxNewTokens,
            BatchSize = Answering.BatchSize,
            Seed = seed,
        };
        using TextGenerator generator = new(pretrained.Model, pretrained.Tokenizer, generation, thread);
        SortedDictionary<int, Conversation> accepted = [];
        int answers = 0;
        for (int draw = 0; draw < Draws && accepted.Count < data.Written.Count; draw++)
        {
            int[] open = [.. Enumerable.Range(0, data.Written.Count).Where(task => !accepted.ContainsKey(task))];
            string[] attempts = await AnswerAsync(generator, open, draw, stop);
            answers += open.Length;
            ConcurrentDictionary<int, Conversation> composed = [];
            await Parallel.ForEachAsync(
                open.Zip(attempts),
                new ParallelOptions { MaxDegreeOfParallelism = settings.Threads, CancellationToken = stop },
                async (pair, token) =>
                {
                    if (await ComposeAsync(data.Written[pair.First], pair.Second, token) is { } conversation)
                    {
                        composed[pair.First] = conversation;
                    }
                }
            );
            foreach ((int task, Conversation conversation) in composed)
            {
                accepted[task] = conversation;
            }
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        (int mutations, double mutationSeconds) = await TimeMutationsAsync(stop);
        AuthoredSequences written = new(
            [.. accepted.Keys.Select(task => data.Written[task].Sequence)],
            [.. accepted.Values],
            new AuthoringCost(accepted.Count, answers, Math.Round(seconds, 3), mutations, Math.Round(mutationSeconds, 3))
        );
        await written.WriteAsync(folder, stop);
        return written;
    }

    /// <summary>The programs of one answer to each task; empty where there was no answer.</summary>
    private async Task<string[]> AnswerAsync(TextGenerator generator, int[] tasks, int draw, CancellationToken stop)
    {
        ProblemAnswer[] answers = await Answering.AnswerAsync(
            generator,
            [.. tasks.Select(task => (data.Written[task].Problem, ((long)draw * data.Written.Count) + task))],
            stop
        );
        return [.. answers.Select(answer => answer.Failed ? "" : answer.Program)];
    }

    private async Task<Conversation?> ComposeAsync(WrittenTask written, string attempt, CancellationToken stop)
    {
        if (string.IsNullOrWhiteSpace(attempt))
        {
            return null;
        }

        TaskRunner runner = new(sandbox, written.Task);
        TaskExecution wrong = Judged(written, await runner.RunAsync(attempt, stop));
        if (!AttemptSequence.CanShow(wrong))
        {
            return null;
        }

        TaskExecution right = Judged(written, await runner.RunAsync(written.Task.Solution!, stop));
        if (!right.Passed)
        {
            return null;
        }

        Conversation conversation = AttemptSequence.Compose(written, attempt, wrong, right);
        return (await runner.FindFaultsAsync(conversation, stop)).Count == 0 ? conversation : null;
    }

    /// <summary>A run that says something about its program.</summary>
    private static TaskExecution Judged(WrittenTask written, TaskExecution run) =>
        run.Result.Outcome is SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing
            ? throw new SandboxUnavailableException($"A program for {written.Task.TaskId} could not be run: {run.Result.Message}")
            : run;

    /// <summary>What a sequence of the mutation author takes on this machine: the data says who wrote it, but not in which time.</summary>
    private async Task<(int Sequences, double Seconds)> TimeMutationsAsync(CancellationToken stop)
    {
        MutationAuthor author = new(sandbox);
        int sequences = 0;
        long started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            StudyData.Draw(data.Written, TimedTasks),
            new ParallelOptions { MaxDegreeOfParallelism = settings.Threads, CancellationToken = stop },
            async (written, token) =>
            {
                if ((await author.WriteAsync(written.Task, variant: 0, token)).Conversation is not null)
                {
                    Interlocked.Increment(ref sequences);
                }
            }
        );
        return (sequences, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
