using System.Globalization;
using Microsoft.Extensions.Logging;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.OnPolicy;

/// <summary>
/// Plans a step of an on-policy run: lets the model answer the step's tasks, has the answers judged, and packs what is taught.
/// </summary>
internal sealed class RolloutPlanner : IStepPlanner
{
    private readonly ICausalLanguageModel model;
    private readonly CodeTokenizer tokenizer;
    private readonly IRolloutVerifier verifier;
    private readonly OnPolicyOptions options;
    private readonly RolloutTasks tasks;
    private readonly SampleTokenizer prompts;

    public RolloutPlanner(
        ICausalLanguageModel model,
        CodeTokenizer tokenizer,
        IRolloutVerifier verifier,
        OnPolicyOptions options,
        RolloutTasks tasks
    )
    {
        (this.model, this.tokenizer, this.verifier, this.options, this.tasks) = (model, tokenizer, verifier, options, tasks);
        prompts = new SampleTokenizer(tokenizer);
        Identity = new Dictionary<string, string>
        {
            ["answer_prefix"] = options.AnswerPrefix,
            ["attempt_request"] = options.AttemptRequest,
            ["generation"] = Describe(options.Generation),
            ["max_length"] = options.MaxLength.ToString(CultureInfo.InvariantCulture),
            ["retry_request"] = options.RetryRequest,
            ["rollouts_per_task"] = options.RolloutsPerTask.ToString(CultureInfo.InvariantCulture),
            ["tasks"] = tasks.Fingerprint(),
            ["teach_passed"] = options.TeachPassed ? "true" : "false",
            ["verifier"] = verifier.Identity,
        };
    }

    public int SamplesPerStep => options.Training.GlobalBatchSize / options.RolloutsPerTask;

    public IReadOnlyDictionary<string, string> Identity { get; }

    public PlannedStep Plan(int[] step, long globalStep, long maxSteps, NumpyRandomState random, CancellationToken cancellationToken)
    {
        int[] asked = [.. step.SelectMany(task => Enumerable.Repeat(task, options.RolloutsPerTask))];
        IReadOnlyList<GeneratedText> answers = Write(asked, globalStep, cancellationToken);

        // The programs run in the pool, where no continuation can need this thread, which waits.
        RolloutVerdict?[] verdicts = Task.Run(() => VerifyAsync(asked, answers, cancellationToken), cancellationToken)
            .GetAwaiter()
            .GetResult();
        RequireSome(verdicts, globalStep);
        List<(TrainingSample Task, RolloutPair Pair)> taught = [];
        int leftOut = 0;
        for (int i = 0; i < asked.Length; i++)
        {
            if (verdicts[i] is not { Passed: { } passed } verdict)
            {
                leftOut += verdicts[i] is null ? 1 : 0;
            }
            else if (!passed || options.TeachPassed)
            {
                RolloutPair pair = new(TeacherPrompt(tasks.Tasks[asked[i]], verdict), answers[i].PromptIds, answers[i].WrittenIds);
                if (pair.TeacherPrompt.Count + pair.Answer.Count <= RolloutTasks.MaxLength(options, model))
                {
                    taught.Add((tasks.Data.Samples[asked[i]], pair));
                }
                else
                {
                    leftOut++;
                }
            }
        }

        return new PlannedStep(
            [
                .. taught
                    .Chunk(options.Training.PerDeviceTrainBatchSize)
                    .Select(part => new MicroBatch(
                        [.. part.Select(one => one.Task)],
                        RolloutPacker.Pack([.. part.Select(one => one.Pair)])
                    )),
            ],
            MaskRate: null
        )
        {
            Metrics = new Dictionary<string, double>
            {
                ["rollouts"] = asked.Length,
                ["rollouts_passed"] = verdicts.Count(verdict => verdict?.Passed == true),
                ["rollouts_taught"] = taught.Count,
                ["rollouts_cut"] = answers.Count(answer => answer.FinishReason == FinishReason.Length),
                ["rollouts_left_out"] = leftOut,
                ["rollouts_not_judged"] = verdicts.Count(verdict => verdict is { Passed: null }),
                ["answer_tokens"] = answers.Sum(answer => (double)answer.WrittenIds.Count),
                ["taught_tokens"] = taught.Sum(one => (double)one.Pair.Answer.Count),
            },
        };
    }

    /// <summary>Writes the step's answers. What is drawn for one follows from seed, step, task and number alone.</summary>
    private IReadOnlyList<GeneratedText> Write(int[] asked, long globalStep, CancellationToken cancellationToken)
    {
        GenerationOptions chosen = options.Generation with { Seed = unchecked(options.Generation.Seed + options.Training.Seed) };
        TextRequest[] requests =
        [
            .. asked.Select(
                (task, place) =>
                    TextRequest.OneOff(tasks.Tasks[task].Instruction, options.AnswerPrefix) with
                    {
                        Index = unchecked(
                            (((globalStep * tasks.Tasks.Count) + task) * options.RolloutsPerTask) + (place % options.RolloutsPerTask)
                        ),
                    }
            ),
        ];
        using TextGenerator generator = new(model, tokenizer, chosen);
        return generator.GenerateBatch(requests, onAnswer: null, cancellationToken);
    }

    /// <summary>Judges all answers at the same time; null for one that wasn't written, because its prompt leaves no room.</summary>
    private Task<RolloutVerdict?[]> VerifyAsync(int[] asked, IReadOnlyList<GeneratedText> answers, CancellationToken cancellationToken) =>
        Task.WhenAll(
            answers.Select(
                async (answer, i) =>
                    answer.WrittenIds.Count == 0
                        ? null
                        : await verifier
                            .VerifyAsync(tasks.Tasks[asked[i]], options.AnswerPrefix + answer.Text, cancellationToken)
                            .ConfigureAwait(false)
            )
        );

    /// <summary>A step of which nothing could be judged tells of the machine, and the next would too.</summary>
    private void RequireSome(RolloutVerdict?[] verdicts, long globalStep)
    {
        RolloutVerdict[] unknown = [.. verdicts.OfType<RolloutVerdict>().Where(verdict => verdict.Passed is null)];
        if (unknown.Length == 0)
        {
            return;
        }

        string problem = unknown.Select(verdict => verdict.Problem).FirstOrDefault(text => text is not null) ?? "no reason was given";
        if (unknown.Length == verdicts.Length)
        {
            throw new SandboxUnavailableException(
                $"None of the {unknown.Length} answers of step {globalStep + 1} could be judged: {problem}"
            );
        }

        options.Training.Logger.LogWarning(
            "In step {Step}, {NotJudged} of {Rollouts} answers could not be judged and are not taught: {Problem}",
            globalStep + 1,
            unknown.Length,
            verdicts.Length,
            problem
        );
    }

    /// <summary>All that decides what is drawn. How many answers are written side by side isn't in it: it changes rounding alone.</summary>
    private static string Describe(GenerationOptions g)
    {
        string most = g.MaxLength?.ToString(CultureInfo.InvariantCulture) ?? "the model's";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"seed {g.Seed}, temperature {g.Temperature:R}, top-p {g.TopP:R}, top-k {g.TopK}, min-p {g.MinP:R}, repetition penalty "
                + $"{g.RepetitionPenalty:R}, at most {g.MaxNewTokens} new tokens and {most} in all, stops "
                + $"[{string.Join(", ", g.StopTokenIds.Order())}] [{string.Join(", ", g.StopStrings.Select(stop => $"'{stop}'"))}]"
        );
    }

    private int[] TeacherPrompt(ProgrammingTask task, RolloutVerdict verdict)
    {
        return prompts.EncodePrompt(
            [User(options.AttemptRequest), new Message(MessageRole.Assistant, verdict.Feedback), User(options.RetryRequest)],
            BlockType.Text,
            options.AnswerPrefix
        );

        Message User(string template) =>
            new(
                MessageRole.User,
                [new Block(BlockType.Text, template.Replace(OnPolicyOptions.Instruction, task.Instruction, StringComparison.Ordinal))]
            );
    }
}
