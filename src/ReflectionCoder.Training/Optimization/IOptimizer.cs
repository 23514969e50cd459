using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>Updates weights from their gradients.</summary>
/// <remarks>
/// It owns its state and borrows the weights. Not thread-safe: a run calls it from the thread that runs torch. The run itself clips the
/// gradients before a step and clears them afterwards.
/// </remarks>
public interface IOptimizer : IDisposable
{
    /// <summary>Steps done so far, including those before a resume.</summary>
    long StepCount { get; }

    /// <summary>
    /// Updates every weight that has a gradient, in place, and adds 1 to <see cref="StepCount"/>. The gradients don't change.
    /// </summary>
    /// <param name="learningRate">Learning rate of this step, finite and at least 0.</param>
    void Step(double learningRate);

    /// <summary>
    /// Everything beside the weights and <see cref="StepCount"/> that the next steps depend on, by name, such as <c>exp_avg.NAME</c> for
    /// the weight NAME; may be empty. A checkpoint saves it under these names.
    /// </summary>
    /// <returns>The tensors in use, owned by the optimizer; the next step may change them.</returns>
    IReadOnlyDictionary<string, Tensor> GetState();

    /// <summary>
    /// Loads saved state, so that the next steps equal those of the run that saved it, to the bit. It checks everything before it changes
    /// anything.
    /// </summary>
    /// <param name="state">Tensors under the names of <see cref="GetState"/>. The optimizer copies them.</param>
    /// <param name="stepCount">Steps done, at least 0.</param>
    /// <exception cref="FormatException">The state doesn't belong to these weights; the message names the tensor.</exception>
    void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount);
}

/// <summary>Creates the optimizer of a run. Thread-safe.</summary>
public interface IOptimizerFactory
{
    /// <summary>
    /// Says what its optimizers compute: the name and every setting that changes an update, such as <c>sgd(momentum 0.9)</c>. A run is not
    /// resumed with an optimizer of another identity. It must be the same in every process, and differ between factories whose optimizers
    /// may update differently.
    /// </summary>
    string Identity { get; }

    /// <summary>Creates an optimizer in the state that it has before the first step.</summary>
    /// <param name="parameters">The weights that train, under their names: float32, float64 or bfloat16. Borrowed.</param>
    /// <returns>The optimizer; the run disposes it.</returns>
    IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters);

    /// <summary>
    /// Tells how many bytes of state the optimizer has for each number of a weight. The estimate of a run's memory uses it.
    /// </summary>
    /// <param name="dtype">Type of the weight: float32, float64 or bfloat16.</param>
    /// <returns>The bytes. The default is null: the estimate then counts two numbers of at least float32.</returns>
    long? GetStateBytesPerElement(ScalarType dtype) => null;
}
