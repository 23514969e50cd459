using ReflectionCoder.Batching;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning;

/// <summary>How well the final code is predicted.</summary>
/// <param name="Samples">Samples measured.</param>
/// <param name="Labels">Labelled tokens.</param>
/// <param name="NllPerToken">Mean negative log-likelihood a labelled token, in nats.</param>
/// <param name="NllPerSample">Mean negative log-likelihood a sample (the sum over its labelled tokens), in nats.</param>
internal sealed record FinalCodeResult(int Samples, long Labels, double NllPerToken, double NllPerSample);

/// <summary>The distillation loss at a fixed mask rate.</summary>
/// <param name="Samples">Reflection samples measured.</param>
/// <param name="CrossEntropy">Mean cross entropy a label, both halves, in nats.</param>
/// <param name="Divergence">Mean KL(teacher ‖ student) a position, in nats, times the samples' weights, as in training.</param>
internal sealed record DistillationResult(int Samples, double CrossEntropy, double Divergence);

/// <summary>
/// Measures a model without changing it: it computes no gradients and has random generators of its own, so equal weights and samples give
/// equal numbers. Call it on the thread that runs torch.
/// </summary>
/// <param name="model">The model; stays the caller's.</param>
/// <param name="tokenizer">The tokenizer of the samples.</param>
/// <param name="options">The options, which <see cref="EvaluationCallback"/> has checked.</param>
internal sealed class ModelEvaluator(ICausalLanguageModel model, CodeTokenizer tokenizer, EvaluationCallbackOptions options)
{
    private readonly SequenceMasker masker = new(options.MaskStrategies);

    /// <summary>Negative log-likelihood of the last answer given the last user message alone: the prompt of one-off generation.</summary>
    /// <param name="data">The samples; those without a user and an assistant message are skipped.</param>
    /// <param name="cancellationToken">Stops between two forward passes.</param>
    /// <returns>The means; NaN where no sample could be measured.</returns>
    public FinalCodeResult EvaluateOneOff(TrainingData data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return EvaluateFinalCode(data.Samples.Select(sample => OneOff(sample.Tokens)), cancellationToken);
    }

    /// <summary>
    /// Negative log-likelihood of the last answer with the whole reflection sequence in view: what the teacher half knows. What it is lower
    /// by than the one-off likelihood is what there is to distil.
    /// </summary>
    /// <param name="data">The samples; only reflection samples are measured.</param>
    /// <param name="cancellationToken">Stops between two forward passes.</param>
    /// <returns>The means; NaN where there is no reflection sample.</returns>
    public FinalCodeResult EvaluateTeacher(TrainingData data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return EvaluateFinalCode(
            data.Samples.Where(sample => sample.Tokens.Type == SampleType.Reflection).Select(sample => LastAnswer(sample.Tokens)),
            cancellationToken
        );
    }

    /// <summary>Cross entropy and divergence of the reflection samples at <see cref="EvaluationCallbackOptions.MaskRate"/>.</summary>
    /// <param name="data">The samples; only reflection samples are measured.</param>
    /// <param name="cancellationToken">Stops between two forward passes.</param>
    /// <returns>The means; NaN where there is no reflection sample.</returns>
    public DistillationResult EvaluateDistillation(TrainingData data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        TokenizedSample[] samples = [.. data.Samples.Select(sample => sample.Tokens).Where(tokens => tokens.Type == SampleType.Reflection)];
        NumpyRandomState random = new(options.MaskSeed);
        double crossEntropy = 0;
        double divergence = 0;
        SupervisionCounts counts = default;
        foreach (TokenizedSample[] batch in samples.Chunk(options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            PackedBatch packed = BatchPacker.Pack(batch, [.. batch.Select(sample => masker.Mask(sample, options.MaskRate, random))]);
            (double crossEntropySum, double divergenceSum) = Measure(packed);
            crossEntropy += crossEntropySum;
            divergence += divergenceSum;
            counts += new SupervisionCounts(packed.CrossEntropyRows.Length, packed.TeacherRows.Length);
        }

        return new DistillationResult(samples.Length, crossEntropy / counts.Labels, divergence / counts.DistilledPositions);
    }

    private FinalCodeResult EvaluateFinalCode(IEnumerable<TokenizedSample?> prompts, CancellationToken cancellationToken)
    {
        TokenizedSample[] samples = [.. prompts.OfType<TokenizedSample>()];
        double sum = 0;
        long labels = 0;
        foreach (TokenizedSample[] batch in samples.Chunk(options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            PackedBatch packed = BatchPacker.Pack(batch, null);
            sum += Measure(packed).CrossEntropySum;
            labels += packed.CrossEntropyRows.Length;
        }

        return new FinalCodeResult(samples.Length, labels, sum / labels, sum / samples.Length);
    }

    private (double CrossEntropySum, double DivergenceSum) Measure(PackedBatch packed)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        DistillationLoss loss = PackedLoss.Compute(model, options.Loss, packed, new LossScales(1, 1));
        return (loss.SumOf(LossTerm.CrossEntropy), loss.SumOf(LossTerm.Divergence));
    }

    /// <summary>Bos, then everything from the last user message on; null where <see cref="LastAnswer"/> is.</summary>
    private TokenizedSample? OneOff(TokenizedSample sample) =>
        LastAnswer(sample) is { } whole && Array.LastIndexOf(whole.InputIds, tokenizer.MarkerIds.User) is var user
            ? Plain([whole.InputIds[0], .. whole.InputIds[user..]], [TokenizedSample.IgnoreIndex, .. whole.Labels[user..]])
            : null;

    /// <summary>
    /// The sample, labelled from the last user message on; null where it holds no user message or nothing is labelled after it.
    /// </summary>
    private TokenizedSample? LastAnswer(TokenizedSample sample)
    {
        int user = Array.LastIndexOf(sample.InputIds, tokenizer.MarkerIds.User);
        if (user < 1 || !sample.Labels.AsSpan(user).ContainsAnyExcept(TokenizedSample.IgnoreIndex))
        {
            return null;
        }

        int[] labels = [.. sample.Labels];
        Array.Fill(labels, TokenizedSample.IgnoreIndex, 0, user);
        return Plain(sample.InputIds, labels);
    }

    /// <summary>A sample without a reflection, as plain fine-tuning has it.</summary>
    private static TokenizedSample Plain(int[] inputIds, int[] labels) =>
        new()
        {
            InputIds = inputIds,
            Labels = labels,
            DistillationLabels = labels,
            Type = SampleType.Generation,
            Spans = [],
            ReflectionStart = -1,
            ReflectionEnd = -1,
        };
}
