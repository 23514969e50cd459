using ReflectionCoder.Batching;
using ReflectionCoder.Masking;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// The optimizer steps of a run, epoch after epoch. Its position is the generator before the epoch was drawn and the steps done of it, so a
/// resumed run redraws the epoch and goes on where it stopped.
/// </summary>
internal sealed class EpochPlan
{
    private readonly ISampler sampler;
    private readonly IReadOnlyList<SampleInfo> samples;
    private readonly int batchSize;
    private readonly NumpyRandomState random;
    private IReadOnlyList<int[]> steps;

    public EpochPlan(FineTuningOptions options, IReadOnlyList<SampleInfo> samples)
        : this(options, samples, new NumpyRandomState((uint)options.Seed))
    {
    }

    private EpochPlan(FineTuningOptions options, IReadOnlyList<SampleInfo> samples, NumpyRandomState random)
    {
        sampler = options.Sampler;
        this.samples = samples;
        batchSize = options.GlobalBatchSize;
        this.random = random;
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

    /// <summary>Puts a plan back where a checkpoint was written.</summary>
    public static EpochPlan Restore(FineTuningOptions options, IReadOnlyList<SampleInfo> samples, IReadOnlyList<uint> stateAtEpochStart, int epoch, int stepInEpoch)
    {
        EpochPlan plan = new(options, samples, NumpyRandomState.FromState(stateAtEpochStart)) { Epoch = epoch };
        if (stepInEpoch < 0 || stepInEpoch > plan.StepsInEpoch)
        {
            throw new ArgumentOutOfRangeException(nameof(stepInEpoch), stepInEpoch, $"The epoch has {plan.StepsInEpoch} steps.");
        }

        plan.StepInEpoch = stepInEpoch;
        return plan;
    }

    /// <summary>Samples of the next step; the position moves with <see cref="Advance"/> alone, so an abandoned step is drawn again.</summary>
    public int[] Peek()
    {
        if (StepInEpoch == StepsInEpoch)
        {
            (StateAtEpochStart, steps) = Draw();
            Epoch++;
            StepInEpoch = 0;
        }

        return steps[StepInEpoch];
    }

    /// <summary>Counts the step as done.</summary>
    public void Advance() => StepInEpoch++;

    private (uint[] State, IReadOnlyList<int[]> Steps) Draw()
    {
        uint[] state = random.GetState();
        IReadOnlyList<int[]> drawn = sampler.SampleEpoch(samples, batchSize, random);
        if (drawn.Count == 0 || drawn.Any(step => step.Length == 0 || step.Any(index => index < 0 || index >= samples.Count)))
        {
            throw new InvalidOperationException(
                $"{sampler.GetType().Name} gave no steps, an empty step or an index outside 0 to {samples.Count - 1} for {samples.Count} samples in steps of {batchSize}.");
        }

        return (state, drawn);
    }
}
