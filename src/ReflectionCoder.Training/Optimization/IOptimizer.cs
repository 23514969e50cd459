using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>Updates weights from their gradients.</summary>
/// <remarks>
/// It owns its state and borrows the weights. Not thread-safe: a run calls it from the thread that runs torch. Clipping is the run's
/// affair, and done before a step; so is clearing the gradients afterwards.
/// </remarks>
public interface IOptimizer : IDisposable
{
    /// <summary>Steps done so far, those of the run before a resume included.</summary>
    long StepCount { get; }

    /// <summary>Updates every weight that has a gradient, in place, and counts the step. The gradients stay as they are.</summary>
    /// <param name="learningRate">Learning rate of this step, at least 0.</param>
    void Step(double learningRate);

    /// <summary>
    /// All that the next steps depend on beside the weights and <see cref="StepCount"/>, by name, such as <c>exp_avg.NAME</c> for the
    /// weight NAME; may be empty. It is saved in a checkpoint, under these names.
    /// </summary>
    /// <returns>The live tensors, owned by the optimizer; copy what must outlast the next step.</returns>
    IReadOnlyDictionary<string, Tensor> GetState();

    /// <summary>
    /// Takes over saved state, so that the next steps are those of the run that saved it, to the bit; checks all of it before it changes
    /// anything.
    /// </summary>
    /// <param name="state">Tensors under the names of <see cref="GetState"/>; to be copied.</param>
    /// <param name="stepCount">Steps done, at least 0.</param>
    /// <exception cref="FormatException">It is not the state of these weights; the message names the tensor.</exception>
    void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount);
}

/// <summary>Makes the optimizer of a run. Thread-safe.</summary>
public interface IOptimizerFactory
{
    /// <summary>
    /// What its optimizers compute, so that a resumed run is refused where it would go on with another one: the name and every setting that
    /// decides an update, such as <c>sgd(momentum 0.9)</c>. The same in every process; two factories whose optimizers may update
    /// differently never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Makes an optimizer, with the state that it has before the first step.</summary>
    /// <param name="parameters">The weights that train, under their names: float32, float64 or bfloat16. Borrowed.</param>
    /// <returns>The optimizer; the run disposes it.</returns>
    IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters);

    /// <summary>Bytes of state for one number of a weight, for the estimate of a run's memory.</summary>
    /// <param name="dtype">Type of the weight: float32, float64 or bfloat16.</param>
    /// <returns>The bytes; null, the default, lets the estimate count two numbers of at least float32.</returns>
    long? StateBytes(ScalarType dtype) => null;
}
