namespace ReflectionCoder.Optimization;

/// <summary>The course of the learning rate over a run, as a factor on its peak. Stateless and thread-safe.</summary>
public interface ILearningRateSchedule
{
    /// <summary>
    /// Says what the schedule computes: the name of the formula and every setting that changes a factor, such as <c>step(0.5 every
    /// 100)</c>. A run is not resumed with a schedule of another identity. It must be the same in every process, and differ between
    /// schedules that may give different factors.
    /// </summary>
    string Identity { get; }

    /// <summary>Computes the factor of an optimizer step.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="warmupSteps">
    /// Steps in which the rate rises linearly from 0, at least 0: <c>WarmupRatio</c> · maxSteps, rounded up.
    /// </param>
    /// <param name="maxSteps">Optimizer steps of the whole run.</param>
    /// <returns>A factor from 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of steps is negative.</exception>
    double GetFactor(long globalStep, long warmupSteps, long maxSteps);
}
