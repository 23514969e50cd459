using ReflectionCoder.Optimization;

namespace ReflectionCoder.Samples;

/// <summary>The learning rate's schedules by the names that commands take.</summary>
internal static class LearningRateScheduleNames
{
    public static string[] All { get; } = ["cosine", "linear", "constant"];

    public static ILearningRateSchedule Find(string name) =>
        name switch
        {
            "linear" => LearningRateSchedules.Linear,
            "constant" => LearningRateSchedules.Constant,
            _ => LearningRateSchedules.Cosine,
        };
}
