using ReflectionCoder.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) as <c>torch.optim.AdamW</c> computes it. State is at least float32 whatever the type of the weights,
/// and bf16 weights have float32 master copies.
/// </summary>
/// <remarks>
/// Updates in place, one block of the size of the cache at a time. A weight without a gradient is not updated. There is one step count for
/// all weights, and the bias correction uses it even for a weight that had no gradient before. Not thread-safe: call it from the thread
/// that runs torch. It owns its state and borrows the weights.
/// </remarks>
internal sealed class AdamW : IOptimizer
{
    private readonly AdamWOptions options;
    private readonly List<Slot> slots = [];

    /// <summary>Creates the optimizer. Master copies start with the present values of the weights.</summary>
    /// <param name="parameters">The weights under their names: float32, float64 or bfloat16. Borrowed.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentException">A weight has another type.</exception>
    /// <exception cref="InvalidOptionsException">Settings are out of range; all of them are listed.</exception>
    public AdamW(IReadOnlyDictionary<string, Tensor> parameters, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options with { };
        foreach ((string name, Tensor parameter) in parameters)
        {
            if (parameter.dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16))
            {
                throw new ArgumentException(
                    $"Weight {name} is {parameter.dtype}; expected Float32, Float64 or BFloat16.",
                    nameof(parameters)
                );
            }
        }

        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor parameter) in parameters)
        {
            bool isReduced = parameter.dtype == ScalarType.BFloat16;
            ScalarType stateType = isReduced ? ScalarType.Float32 : parameter.dtype;
            slots.Add(
                new Slot(
                    name,
                    parameter,
                    zeros(parameter.shape, stateType, parameter.device).DetachFromDisposeScope(),
                    zeros(parameter.shape, stateType, parameter.device).DetachFromDisposeScope(),
                    isReduced && options.MasterWeights ? parameter.detach().to(stateType).DetachFromDisposeScope() : null,
                    options.WeightDecay > 0 && options.Decays(name) ? options.WeightDecay : 0
                )
            );
        }
    }

    /// <inheritdoc/>
    public long StepCount { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public void Step(double learningRate)
    {
        if (!(learningRate >= 0 && double.IsFinite(learningRate)))
        {
            throw new ArgumentOutOfRangeException(nameof(learningRate), learningRate, "A learning rate is finite and at least 0.");
        }

        StepCount++;
        // This is m̂ / (√v̂ + ε). The bias corrections are moved into the step size and ε, which saves a pass over the block.
        double correction = Math.Sqrt(1 - Math.Pow(options.Beta2, StepCount));
        double stepSize = learningRate * correction / (1 - Math.Pow(options.Beta1, StepCount));
        double epsilon = options.Epsilon * correction;
        using IDisposable noGradient = no_grad();
        foreach (Slot slot in slots)
        {
            using DisposeScope scope = NewDisposeScope();
            if (slot.Parameter.grad is not { } gradient)
            {
                continue;
            }

            double shrink = 1 - (learningRate * slot.WeightDecay);
            foreach (TensorBlocks.Range block in TensorBlocks.Of(slot.Parameter, gradient))
            {
                using DisposeScope blockScope = NewDisposeScope();
                UpdateBlock(slot, block.Of(slot.Parameter.detach()), block.Of(gradient), block, shrink, stepSize, epsilon);
            }
        }
    }

    /// <summary>
    /// The state under the names <c>exp_avg.NAME</c>, <c>exp_avg_sq.NAME</c> and, for bf16 weights with master copies, <c>master.NAME</c>.
    /// <see cref="StepCount"/> is part of the state too.
    /// </summary>
    /// <returns>The tensors in use, owned by the optimizer; the next step changes them.</returns>
    public IReadOnlyDictionary<string, Tensor> GetState()
    {
        Dictionary<string, Tensor> state = [];
        foreach (Slot slot in slots)
        {
            foreach ((string name, Tensor tensor) in slot.State)
            {
                state.Add(name, tensor);
            }
        }

        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">A tensor is missing, unknown, or of another shape or type than the weight's.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        IReadOnlyDictionary<string, Tensor> mine = GetState();
        foreach ((string name, Tensor tensor) in mine)
        {
            if (!state.TryGetValue(name, out Tensor? saved))
            {
                throw new FormatException($"The optimizer state has no tensor {name}.");
            }

            if (!saved.shape.AsSpan().SequenceEqual(tensor.shape) || saved.dtype != tensor.dtype)
            {
                throw new FormatException(
                    $"Optimizer tensor {name} is {saved.dtype} [{string.Join(", ", saved.shape)}]; "
                        + $"expected {tensor.dtype} [{string.Join(", ", tensor.shape)}]."
                );
            }
        }

        foreach (string name in state.Keys)
        {
            if (!mine.ContainsKey(name))
            {
                throw new FormatException($"The optimizer state holds {name}, which belongs to no trained weight.");
            }
        }

        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor tensor) in mine)
        {
            tensor.copy_(state[name]);
        }

        StepCount = stepCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Slot slot in slots)
        {
            foreach ((_, Tensor tensor) in slot.State)
            {
                tensor.Dispose();
            }
        }

        slots.Clear();
    }

    private void UpdateBlock(
        Slot slot,
        Tensor parameter,
        Tensor gradient,
        TensorBlocks.Range block,
        double shrink,
        double stepSize,
        double epsilon
    )
    {
        Tensor mean = block.Of(slot.Mean);
        Tensor square = block.Of(slot.Square);
        Tensor weight = slot.Master is { } master ? block.Of(master) : parameter.to(mean.dtype);
        Tensor wide = gradient.to(mean.dtype);
        if (shrink != 1)
        {
            weight.mul_(shrink);
        }

        mean.mul_(options.Beta1).add_(wide, 1 - options.Beta1);
        square.mul_(options.Beta2).addcmul_(wide, wide, 1 - options.Beta2);
        Tensor denominator = square.sqrt().add_(epsilon);
        weight.addcdiv_(mean, denominator, -stepSize);
        if (parameter.dtype != mean.dtype)
        {
            parameter.copy_(weight);
        }
    }

    /// <summary>A weight and its state.</summary>
    private sealed record Slot(string Name, Tensor Parameter, Tensor Mean, Tensor Square, Tensor? Master, double WeightDecay)
    {
        public IEnumerable<(string Name, Tensor Tensor)> State
        {
            get
            {
                yield return ("exp_avg." + Name, Mean);
                yield return ("exp_avg_sq." + Name, Square);
                if (Master is not null)
                {
                    yield return ("master." + Name, Master);
                }
            }
        }
    }
}
