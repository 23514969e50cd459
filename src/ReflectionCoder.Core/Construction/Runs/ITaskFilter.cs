namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// Keeps tasks out of a run before anything is spent on them. Filters see the tasks one after the other, in the input's order.
/// </summary>
internal interface ITaskFilter
{
    /// <summary>Why the task must not be worked on; null if it may.</summary>
    Rejection? Check(ProgrammingTask task);
}
