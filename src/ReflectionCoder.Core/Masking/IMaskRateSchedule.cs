namespace ReflectionCoder.Masking;

/// <summary>The share of the reflection sequence that is hidden, over a run.</summary>
/// <remarks>A function of its arguments, without state, so that a resumed run goes on alike. Thread-safe.</remarks>
public interface IMaskRateSchedule
{
    /// <summary>
    /// What the schedule computes, so that a resumed run is refused where it would go on with another one: the name of the formula and
    /// every setting that decides a rate, such as <c>late(exponent 2)</c>. The same in every process; two schedules that may give different
    /// rates never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Mask rate of an optimizer step.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run, at least 1.</param>
    /// <returns>A rate from 0 to 1.</returns>
    double GetRate(long globalStep, long maxSteps);

    /// <summary>Mask rate of one micro-batch of an optimizer step; the step's, unless a schedule tells them apart.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="microBatch">Index of the micro-batch in the step, from 0.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run, at least 1.</param>
    /// <returns>A rate from 0 to 1.</returns>
    double GetRate(long globalStep, int microBatch, long maxSteps) => GetRate(globalStep, maxSteps);
}
