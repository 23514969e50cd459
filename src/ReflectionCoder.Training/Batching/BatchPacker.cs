using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Batching;

/// <summary>Packs samples into one sequence: complete teacher rows, then student rows without their hidden tokens.</summary>
/// <remarks>
/// <para>
/// Take a sample of T tokens whose last <c>&lt;|assistant|&gt;</c> is token a. Cross entropy is shifted (logit p predicts label p + 1), so
/// for the student it uses the logits a - 1 to T - 3. The divergence is not shifted, so it uses the logits a to T - 2. Both are as in the
/// paper's code (docs/numerics.md).
/// </para>
/// <para>Thread-safe: no state.</para>
/// </remarks>
internal static class BatchPacker
{
    private const int Ignore = TokenizedSample.IgnoreIndex;

    /// <summary>Packs a micro-batch.</summary>
    /// <param name="samples">The samples, at least one.</param>
    /// <param name="visible">
    /// A mask for each sample, with an entry for each of its tokens, false for hidden ones. Null for teacher rows only (plain fine-tuning).
    /// </param>
    /// <returns>The packed rows, and the rows of each loss term.</returns>
    /// <exception cref="ArgumentException">There are no samples, or not as many masks as samples.</exception>
    /// <exception cref="SampleFormatException">
    /// A sample's arrays or its mask have different lengths, or a hidden token enters the student's loss.
    /// </exception>
    public static PackedBatch Pack(IReadOnlyList<TokenizedSample> samples, IReadOnlyList<bool[]>? visible)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count == 0)
        {
            throw new ArgumentException("A micro-batch holds at least one sample.", nameof(samples));
        }

        if (visible is not null && visible.Count != samples.Count)
        {
            throw new ArgumentException($"{samples.Count} samples but {visible.Count} masks.", nameof(visible));
        }

        BatchSizes sizes = Count(samples, visible);
        PackedBatch batch = new()
        {
            TokenIds = new long[sizes.Tokens],
            PositionIds = new long[sizes.Tokens],
            RowLengths = new int[visible is null ? samples.Count : 2 * samples.Count],
            CrossEntropyRows = new long[sizes.Labels],
            CrossEntropyLabels = new long[sizes.Labels],
            TeacherRows = new long[sizes.Pairs],
            StudentRows = new long[sizes.Pairs],
            PairWeights = sizes.Pairs > 0 && samples.Any(sample => sample.Weight != 1) ? new double[sizes.Pairs] : null,
            SampleTokens = sizes.SampleTokens,
            HiddenTokens = sizes.HiddenTokens,
        };
        Fill(batch, samples, visible);
        return batch;
    }

    /// <summary>
    /// Checks, before a run, that a sample can be trained under any mask. It must have labels. In a reflection sample, every token that
    /// enters the student's loss must also stand behind the first assistant message, where nothing is ever hidden.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <exception cref="SampleFormatException">The sample can't be trained; the message says why, and at which token.</exception>
    public static void Validate(TokenizedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        CheckLengths(sample);
        CheckLabels(sample.Labels, "teacher");
        if (!Array.Exists(sample.Labels[1..], label => label != Ignore))
        {
            throw new SampleFormatException($"All {sample.Length} teacher labels are masked: there is nothing to learn from the sample.");
        }

        if (sample.Type != SampleType.Reflection)
        {
            return;
        }

        CheckLabels(sample.DistillationLabels, "student");
        if (!Array.Exists(sample.DistillationLabels, label => label != Ignore))
        {
            throw new SampleFormatException($"A reflection sample of {sample.Length} tokens has no student label.");
        }

        if (sample.ReflectionStart < 1 || sample.ReflectionEnd < sample.ReflectionStart || sample.ReflectionEnd >= sample.Length)
        {
            throw new SampleFormatException(
                $"A reflection sample needs a first assistant message to mask; its bounds are {sample.ReflectionStart} to "
                    + $"{sample.ReflectionEnd} of {sample.Length} tokens."
            );
        }

        int bad = FirstSupervised(sample.DistillationLabels, 0, sample.ReflectionEnd + 1);
        if (bad >= 0)
        {
            throw new SampleFormatException(
                $"Token {bad} of {sample.Length} enters the student's loss but lies in the part that may be hidden (tokens 0 to "
                    + $"{sample.ReflectionEnd}): "
                    + "the last assistant message must neither be nor directly follow the first.",
                bad
            );
        }
    }

    /// <summary>
    /// The first position in [start, end) whose logits enter the student's loss: it has a label itself (divergence), or the next position
    /// has (cross entropy). -1 if there is none.
    /// </summary>
    private static int FirstSupervised(int[] labels, int start, int end)
    {
        for (int p = start; p < end; p++)
        {
            if (IsSupervised(labels, p))
            {
                return p;
            }
        }

        return -1;
    }

    private static bool IsSupervised(int[] labels, int p) => labels[p] != Ignore || (p + 1 < labels.Length && labels[p + 1] != Ignore);

    private static void CheckLengths(TokenizedSample sample)
    {
        if (sample.Length < 2 || sample.Labels.Length != sample.Length || sample.DistillationLabels.Length != sample.Length)
        {
            throw new SampleFormatException(
                $"A sample has {sample.Length} tokens, {sample.Labels.Length} teacher labels and {sample.DistillationLabels.Length} "
                    + "student labels; "
                    + "the three must be equal and at least 2."
            );
        }
    }

    private static void CheckLabels(int[] labels, string side)
    {
        int bad = Array.FindIndex(labels, label => label < 0 && label != Ignore);
        if (bad >= 0)
        {
            throw new SampleFormatException($"The {side} label of token {bad} is {labels[bad]}; expected a token id or {Ignore}.", bad);
        }
    }

    private static BatchSizes Count(IReadOnlyList<TokenizedSample> samples, IReadOnlyList<bool[]>? visible)
    {
        BatchSizes sizes = default;
        for (int i = 0; i < samples.Count; i++)
        {
            TokenizedSample sample = samples[i];
            CheckLengths(sample);
            sizes.Tokens += sample.Length;
            sizes.SampleTokens += sample.Length;
            sizes.Labels += CountLabels(sample.Labels, from: 1);
            if (visible is null)
            {
                continue;
            }

            bool[] mask = visible[i];
            if (mask.Length != sample.Length)
            {
                throw new SampleFormatException($"Sample {i} of the micro-batch has {sample.Length} tokens but a mask of {mask.Length}.");
            }

            int kept = 0;
            for (int p = 0; p < mask.Length; p++)
            {
                if (mask[p])
                {
                    kept++;
                }
                else if (IsSupervised(sample.DistillationLabels, p))
                {
                    throw new SampleFormatException(
                        $"Token {p} of sample {i} of the micro-batch is hidden but enters the student's loss.",
                        p
                    );
                }
            }

            int pairs = CountLabels(sample.DistillationLabels, from: 0);
            if (pairs == 0)
            {
                throw new SampleFormatException($"Sample {i} of the micro-batch has a mask but no student label.");
            }

            sizes.Tokens += kept;
            sizes.HiddenTokens += sample.Length - kept;
            sizes.Labels += CountLabels(sample.DistillationLabels, from: 1);
            sizes.Pairs += pairs;
        }

        return sizes;
    }

    private static int CountLabels(int[] labels, int from)
    {
        int count = 0;
        for (int p = from; p < labels.Length; p++)
        {
            count += labels[p] != Ignore ? 1 : 0;
        }

        return count;
    }

    private static void Fill(PackedBatch batch, IReadOnlyList<TokenizedSample> samples, IReadOnlyList<bool[]>? visible)
    {
        int token = 0,
            label = 0,
            pair = 0;
        int[] teacherStart = new int[samples.Count];
        for (int i = 0; i < samples.Count; i++)
        {
            TokenizedSample sample = samples[i];
            teacherStart[i] = token;
            batch.RowLengths[i] = sample.Length;
            for (int p = 0; p < sample.Length; p++, token++)
            {
                batch.TokenIds[token] = sample.InputIds[p];
                batch.PositionIds[token] = p;
                AddLabel(sample.Labels, p);
            }
        }

        for (int i = 0; visible is not null && i < samples.Count; i++)
        {
            TokenizedSample sample = samples[i];
            int start = token;
            for (int p = 0; p < sample.Length; p++)
            {
                if (!visible[i][p])
                {
                    continue;
                }

                batch.TokenIds[token] = sample.InputIds[p];
                batch.PositionIds[token] = p;
                AddLabel(sample.DistillationLabels, p);
                if (sample.DistillationLabels[p] != Ignore)
                {
                    if (batch.PairWeights is { } weights)
                    {
                        weights[pair] = sample.Weight;
                    }

                    batch.TeacherRows[pair] = teacherStart[i] + p;
                    batch.StudentRows[pair++] = token;
                }

                token++;
            }

            batch.RowLengths[samples.Count + i] = token - start;
        }

        void AddLabel(int[] labels, int p)
        {
            if (p + 1 < labels.Length && labels[p + 1] != Ignore)
            {
                batch.CrossEntropyRows[label] = token;
                batch.CrossEntropyLabels[label++] = labels[p + 1];
            }
        }
    }

    private struct BatchSizes
    {
        public int Tokens;
        public int SampleTokens;
        public int HiddenTokens;
        public int Labels;
        public int Pairs;
    }
}
