namespace ReflectionCoder.Optimization;

/// <summary>The learning rate over a run, as a factor on its peak. Stateless and thread-safe.</summary>
public interface ILearningRateSchedule
{
    /// <summary>
    /// What the schedule computes, so that a resumed run is refused where it would go on with another one: the name of the formula and
    /// every setting that decides a factor, such as <c>step(0.5 every 100)</c>. The same in every process; two schedules that may give
    /// different factors never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>The factor of an optimizer step.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="warmupSteps">Steps of linear warm-up, at least 0: <c>WarmupRatio</c> · maxSteps, rounded up.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run.</param>
    /// <returns>A factor from 0 to 1.</returns>
    double GetFactor(long globalStep, long warmupSteps, long maxSteps);
}
