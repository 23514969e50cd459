using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>
/// An optimizer that keeps running averages of the weights beside another one that updates them: after each step, average = decay · average
/// + (1 - decay) · weight. They are part of its state, so a checkpoint holds them and a resumed run goes on with the same bits.
/// </summary>
/// <remarks>Averages start with the weights, and are at least float32 whatever the type of the weights.</remarks>
internal sealed class AveragingOptimizer : IOptimizer
{
    private const string Prefix = "average.";

    private readonly IOptimizer inner;
    private readonly IReadOnlyDictionary<string, Tensor> parameters;
    private readonly Dictionary<string, Tensor> averages = [];
    private readonly double decay;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="inner">Updates the weights; disposed with this.</param>
    /// <param name="parameters">The weights under their names. Borrowed.</param>
    /// <param name="decay">Share of an average that a step keeps, from 0 to 1.</param>
    public AveragingOptimizer(IOptimizer inner, IReadOnlyDictionary<string, Tensor> parameters, double decay)
    {
        (this.inner, this.parameters, this.decay) = (inner, parameters, decay);
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor parameter) in parameters)
        {
            ScalarType type = parameter.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
            averages.Add(name, parameter.detach().to(type, copy: true).DetachFromDisposeScope());
        }
    }

    /// <inheritdoc/>
    public long StepCount => inner.StepCount;

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        inner.Step(learningRate);
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor average) in averages)
        {
            using DisposeScope scope = NewDisposeScope();
            average.mul_(decay).add_(parameters[name].detach().to(average.dtype), 1 - decay);
        }
    }

    /// <summary>
    /// Puts the averages in the weights' place until the result is disposed; then the weights are what they were, to the bit.
    /// </summary>
    public IDisposable LendAverages() => new Loan(this);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> GetState()
    {
        Dictionary<string, Tensor> state = inner.GetState().ToDictionary();
        foreach ((string name, Tensor average) in averages)
        {
            state.Add(Prefix + name, average);
        }

        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">An average is missing, or of another shape or type than the weight's.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount)
    {
        ArgumentNullException.ThrowIfNull(state);
        Dictionary<string, Tensor> rest = state.ToDictionary();
        foreach ((string name, Tensor average) in averages)
        {
            if (!rest.Remove(Prefix + name, out Tensor? saved))
            {
                throw new FormatException($"The optimizer state has no tensor {Prefix}{name}.");
            }

            if (!saved.shape.AsSpan().SequenceEqual(average.shape) || saved.dtype != average.dtype)
            {
                throw new FormatException(
                    $"Optimizer tensor {Prefix}{name} is {saved.dtype} [{string.Join(", ", saved.shape)}]; "
                        + $"expected {average.dtype} [{string.Join(", ", average.shape)}]."
                );
            }
        }

        inner.LoadState(rest, stepCount);
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor average) in averages)
        {
            average.copy_(state[Prefix + name]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        inner.Dispose();
        foreach (Tensor average in averages.Values)
        {
            average.Dispose();
        }

        averages.Clear();
    }

    private sealed class Loan : IDisposable
    {
        private readonly List<(Tensor Parameter, Tensor Own)> kept = [];

        public Loan(AveragingOptimizer optimizer)
        {
            using IDisposable noGradient = no_grad();
            try
            {
                foreach ((string name, Tensor average) in optimizer.averages)
                {
                    Tensor parameter = optimizer.parameters[name];
                    kept.Add((parameter, parameter.clone().DetachFromDisposeScope()));
                    parameter.copy_(average);
                }
            }
            catch
            {
                Dispose(); // memory may not do for the copies; the weights must not stay half averaged
                throw;
            }
        }

        public void Dispose()
        {
            using IDisposable noGradient = no_grad();
            foreach ((Tensor parameter, Tensor own) in kept)
            {
                parameter.copy_(own);
                own.Dispose();
            }

            kept.Clear();
        }
    }
}

/// <summary>Creates optimizers that keep running averages of the weights.</summary>
/// <param name="inner">Creates what updates the weights.</param>
/// <param name="decay">Share of an average that a step keeps, from 0 to 1.</param>
internal sealed class AveragingOptimizerFactory(IOptimizerFactory inner, double decay) : IOptimizerFactory
{
    private Func<IDisposable>? lend;

    /// <inheritdoc/>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"averaging({decay:R}, {inner.Identity})");

    /// <summary>
    /// Lends the averages of the optimizer that was created last, which is that of the run under way
    /// (<see cref="AveragingOptimizer.LendAverages"/>).
    /// </summary>
    /// <exception cref="InvalidOperationException">None was created yet.</exception>
    public IDisposable LendAverages() => lend?.Invoke() ?? throw new InvalidOperationException("No run has created its optimizer yet.");

    /// <inheritdoc/>
    public IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters)
    {
        IOptimizer created = inner.Create(parameters);
        try
        {
            AveragingOptimizer optimizer = new(created, parameters, decay);
            lend = optimizer.LendAverages;
            return optimizer;
        }
        catch
        {
            created.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long? GetStateBytesPerElement(ScalarType dtype) =>
        inner.GetStateBytesPerElement(dtype) + (dtype == ScalarType.Float64 ? sizeof(double) : sizeof(float));
}
