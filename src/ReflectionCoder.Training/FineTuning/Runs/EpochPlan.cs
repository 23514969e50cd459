using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// The optimizer steps of a run, epoch after epoch. A resumed run asks the sampler for all epochs again, in order, because a sampler may
/// have a state of its own. Whether it drew the same as before is checked with the random generator's state in the checkpoint.
/// </summary>
internal sealed class EpochPlan
{
    private readonly ISampler sampler;
    private readonly IReadOnlyList<SampleInfo> samples;
    private readonly int batchSize;
    private readonly NumpyRandomState random;
    private IReadOnlyList<int[]> steps;

    public EpochPlan(FineTuningOptions options, IReadOnlyList<SampleInfo> samples, int? samplesPerStep = null)
    {
        sampler = options.Sampler;
        this.samples = samples;
        batchSize = samplesPerStep ?? options.GlobalBatchSize;
        random = new NumpyRandomState((uint)options.Seed);
        (StateAtEpochStart, steps) = Draw();
    }

    /// <summary>The epoch the next step belongs to, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>Steps done of it.</summary>
    public int StepInEpoch { get; private set; }

    /// <summary>The generator before the epoch was drawn.</summary>
    public uint[] StateAtEpochStart { get; private set; }

    /// <summary>Steps of this epoch.</summary>
    public int StepsInEpoch => steps.Count;

    /// <summary>Passes over the data so far, a fraction.</summary>
    public double Passes => Epoch + ((double)StepInEpoch / StepsInEpoch);

    /// <summary>Goes on to where a checkpoint was written.</summary>
    /// <param name="stateAtEpochStart">The generator before the epoch was drawn, then.</param>
    /// <param name="epoch">The epoch, this one or a later one.</param>
    /// <param name="stepInEpoch">Steps done of it.</param>
    /// <returns>Whether the sampler drew as it did then; if not, the steps that follow wouldn't be those of the run that stopped.</returns>
    public bool TryMoveTo(IReadOnlyList<uint> stateAtEpochStart, int epoch, int stepInEpoch)
    {
        while (Epoch < epoch)
        {
            DrawNext();
        }

        StepInEpoch = stepInEpoch;
        return Epoch == epoch && stepInEpoch >= 0 && stepInEpoch <= StepsInEpoch && StateAtEpochStart.SequenceEqual(stateAtEpochStart);
    }

    /// <summary>
    /// Samples of the next step. Only <see cref="Advance"/> moves on to the one after it, so a step that failed comes again.
    /// </summary>
    public int[] Peek()
    {
        if (StepInEpoch == StepsInEpoch)
        {
            DrawNext();
        }

        return steps[StepInEpoch];
    }

    /// <summary>Counts the step as done.</summary>
    public void Advance() => StepInEpoch++;

    private void DrawNext()
    {
        (StateAtEpochStart, steps) = Draw();
        Epoch++;
        StepInEpoch = 0;
    }

    private (uint[] State, IReadOnlyList<int[]> Steps) Draw()
    {
        uint[] state = random.GetState();
        IReadOnlyList<int[]> drawn = sampler.SampleEpoch(samples, batchSize, random);
        if (drawn.Count == 0 || drawn.Any(step => step.Length == 0 || step.Any(index => index < 0 || index >= samples.Count)))
        {
            throw new InvalidOperationException(
                $"{sampler.Identity} gave no steps, an empty step or an index outside 0 to {samples.Count - 1} "
                    + $"for {samples.Count} samples in steps of {batchSize}."
            );
        }

        return (state, drawn);
    }
}
