namespace ReflectionCoder.Masking;

/// <summary>Gives the mask rate at each step of a run: the share of the reflection sequence that is hidden from the student.</summary>
/// <remarks>
/// An implementation is thread-safe and keeps no state: its results depend only on its arguments. So a resumed run gets the same rates.
/// </remarks>
public interface IMaskRateSchedule
{
    /// <summary>
    /// Says what the schedule computes: the name of the formula and every setting that changes a rate, such as <c>late(exponent 2)</c>. A
    /// checkpoint keeps it, and a run can't be resumed with a schedule of another identity. So it must be the same in every process, and
    /// schedules that may give different rates must differ in it.
    /// </summary>
    string Identity { get; }

    /// <summary>Computes the mask rate of an optimizer step.</summary>
    /// <param name="globalStep">Number of optimizer steps already done; 0 at the first step.</param>
    /// <param name="maxSteps">Number of optimizer steps of the whole run, at least 1.</param>
    /// <returns>The rate, from 0 (nothing is hidden) to 1 (everything is hidden).</returns>
    double GetRate(long globalStep, long maxSteps);

    /// <summary>
    /// Computes the mask rate of one micro-batch of an optimizer step. Unless a schedule implements this, it is the rate of the step.
    /// </summary>
    /// <param name="globalStep">Number of optimizer steps already done; 0 at the first step.</param>
    /// <param name="microBatch">Index of the micro-batch in the step, from 0.</param>
    /// <param name="maxSteps">Number of optimizer steps of the whole run, at least 1.</param>
    /// <returns>The rate, from 0 (nothing is hidden) to 1 (everything is hidden).</returns>
    double GetRate(long globalStep, int microBatch, long maxSteps) => GetRate(globalStep, maxSteps);
}
