using System.Globalization;

namespace ReflectionCoder.FineTuning;

/// <summary>Checks <see cref="FineTuningOptions"/>, the whole list in one go.</summary>
internal static class FineTuningOptionsValidator
{
    public static IReadOnlyList<OptionError> Check(FineTuningOptions options)
    {
        List<OptionError> errors = [];

        Require(!string.IsNullOrWhiteSpace(options.OutputDirectory), nameof(options.OutputDirectory), options.OutputDirectory, "a directory");
        Require(
            !(options.Resume && options.ResumeFromCheckpoint is not null),
            nameof(options.Resume),
            true,
            $"left out where {nameof(options.ResumeFromCheckpoint)} names a checkpoint");
        Require(
            !(options.OverwriteOutputDirectory && (options.Resume || options.ResumeFromCheckpoint is not null)),
            nameof(options.OverwriteOutputDirectory),
            true,
            "left out where a run is resumed");
        Finite(nameof(options.LearningRate), options.LearningRate, value => value > 0, "more than 0");
        Finite(nameof(options.WarmupRatio), options.WarmupRatio, value => value is >= 0 and <= 1, "from 0 to 1");
        Finite(nameof(options.NumTrainEpochs), options.NumTrainEpochs, value => value > 0, "more than 0");
        Require(options.MaxSteps is null or >= 1, nameof(options.MaxSteps), options.MaxSteps, "at least 1");
        Require(options.PerDeviceTrainBatchSize >= 1, nameof(options.PerDeviceTrainBatchSize), options.PerDeviceTrainBatchSize, "at least 1");
        Require(options.GradientAccumulationSteps >= 1, nameof(options.GradientAccumulationSteps), options.GradientAccumulationSteps, "at least 1");
        Require(
            (long)options.PerDeviceTrainBatchSize * options.GradientAccumulationSteps <= int.MaxValue,
            nameof(options.GradientAccumulationSteps),
            options.GradientAccumulationSteps,
            $"small enough for a global batch of at most {int.MaxValue}");
        Finite(nameof(options.MaxGradNorm), options.MaxGradNorm, value => value >= 0, "more than 0, or 0 for no clipping");
        Finite(nameof(options.WeightDecay), options.WeightDecay, value => value >= 0, "at least 0");
        Finite(nameof(options.AdamBeta1), options.AdamBeta1, value => value is >= 0 and < 1, "from 0 to below 1");
        Finite(nameof(options.AdamBeta2), options.AdamBeta2, value => value is >= 0 and < 1, "from 0 to below 1");
        Finite(nameof(options.AdamEpsilon), options.AdamEpsilon, value => value > 0, "more than 0");
        Require(options.Seed is >= 0 and <= uint.MaxValue, nameof(options.Seed), options.Seed, $"from 0 to {uint.MaxValue}");
        Finite(nameof(options.KlWeight), options.KlWeight, value => value >= 0, "at least 0");
        Require(options.Threads >= 1, nameof(options.Threads), options.Threads, "at least 1");
        Require(options.SaveSteps >= 0, nameof(options.SaveSteps), options.SaveSteps, "at least 1, or 0 for none");
        Require(options.SaveTotalLimit is null or >= 1, nameof(options.SaveTotalLimit), options.SaveTotalLimit, "at least 1");
        Require(options.LoggingSteps >= 1, nameof(options.LoggingSteps), options.LoggingSteps, "at least 1");
        return errors;

        void Require(bool holds, string name, object? value, string range)
        {
            if (!holds)
            {
                errors.Add(new OptionError(name, Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "empty", range));
            }
        }

        void Finite(string name, double value, Func<double, bool> holds, string range) =>
            Require(double.IsFinite(value) && holds(value), name, value, range);
    }
}
