using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>
/// Checks a <see cref="DistillationInput"/> before any native call, because a wrong shape in a native product can end the process.
/// </summary>
internal static class DistillationInputGuard
{
    /// <summary>Number of columns of the logits, V.</summary>
    public static long VocabularySize(DistillationInput input) =>
        (input.OutputWeight ?? input.Hidden).shape[input.OutputWeight is null ? 1 : 0];

    /// <summary>The type that softmax and sums are computed in: float64 for float64 input, else float32.</summary>
    public static ScalarType ComputeType(DistillationInput input) =>
        input.Hidden.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Throws when shapes, element types, devices, indices or scales don't fit.</summary>
    /// <exception cref="ArgumentException">Something doesn't fit; the message names it.</exception>
    public static void Check(DistillationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(input.Hidden, "Hidden");
        ArgumentNullException.ThrowIfNull(input.Targets, "Targets");
        CheckMatrix(input.Hidden, "Hidden");
        if (input.OutputWeight is { } weight)
        {
            CheckMatrix(weight, "OutputWeight");
            if (weight.shape[0] < 1 || weight.shape[1] != input.Hidden.shape[1])
            {
                throw new ArgumentException(
                    $"OutputWeight {Shape(weight)} does not project Hidden {Shape(input.Hidden)}: expected [V, {input.Hidden.shape[1]}].",
                    nameof(input)
                );
            }

            if (weight.dtype != input.Hidden.dtype)
            {
                throw new ArgumentException(
                    $"OutputWeight is {weight.dtype} but Hidden is {input.Hidden.dtype}; they must be of one type.",
                    nameof(input)
                );
            }

            if (weight.device.ToString() != input.Hidden.device.ToString())
            {
                throw new ArgumentException($"OutputWeight is on {weight.device} but Hidden is on {input.Hidden.device}.", nameof(input));
            }
        }

        CheckLogitTransform(input);
        CheckOutputRows(input);
        CheckScale(input.CrossEntropyScale, "CrossEntropyScale");
        CheckScale(input.DivergenceScale, "DivergenceScale");
        long rows = input.Hidden.shape[0];
        DistillationTargets targets = input.Targets;
        CheckSameLength(targets.CrossEntropyRows, "CrossEntropyRows", targets.CrossEntropyLabels, "CrossEntropyLabels");
        CheckSameLength(targets.TeacherRows, "TeacherRows", targets.StudentRows, "StudentRows");
        CheckRange(targets.CrossEntropyRows, rows, "CrossEntropyRows");
        CheckRange(targets.CrossEntropyLabels, VocabularySize(input), "CrossEntropyLabels");
        CheckRange(targets.TeacherRows, rows, "TeacherRows");
        CheckRange(targets.StudentRows, rows, "StudentRows");
        CheckPairWeights(targets);
        CheckTeacherWeight(input);
    }

    private static void CheckTeacherWeight(DistillationInput input)
    {
        if (input.TeacherOutputWeight is not { } teacher)
        {
            return;
        }

        if (
            input.OutputWeight is not { } own
            || !teacher.shape.AsSpan().SequenceEqual(own.shape)
            || teacher.dtype != own.dtype
            || teacher.device.ToString() != own.device.ToString()
        )
        {
            throw new ArgumentException(
                $"TeacherOutputWeight is {teacher.dtype} {Shape(teacher)} on {teacher.device}; expected shape, type and device of "
                    + "OutputWeight, which must be given.",
                nameof(input)
            );
        }

        HashSet<long> teachers = [.. input.Targets.TeacherRows];
        int labelled = Array.FindIndex(input.Targets.CrossEntropyRows, teachers.Contains);
        if (labelled >= 0)
        {
            throw new ArgumentException(
                $"CrossEntropyRows[{labelled}] is {input.Targets.CrossEntropyRows[labelled]}, a teacher row; with a TeacherOutputWeight "
                    + "teacher rows have no labels.",
                nameof(input)
            );
        }
    }

    private static void CheckPairWeights(DistillationTargets targets)
    {
        if (targets.PairWeights is not { } weights)
        {
            return;
        }

        if (weights.Length != targets.TeacherRows.Length)
        {
            throw new ArgumentException(
                $"PairWeights has {weights.Length} entries but TeacherRows {targets.TeacherRows.Length}; expected one for each pair.",
                nameof(targets)
            );
        }

        int bad = Array.FindIndex(weights, weight => !double.IsFinite(weight) || weight < 0);
        if (bad >= 0)
        {
            throw new ArgumentException($"PairWeights[{bad}] is {weights[bad]}; expected a finite factor of 0 or more.", nameof(targets));
        }
    }

    private static void CheckLogitTransform(DistillationInput input)
    {
        ArgumentNullException.ThrowIfNull(input.LogitTransform, "LogitTransform");
        if (!input.LogitTransform.IsValid)
        {
            throw new ArgumentException(
                $"{input.LogitTransform} must have a finite scale other than 0 and a positive cap, or none.",
                nameof(input)
            );
        }

        if (input.OutputWeight is null && !input.LogitTransform.IsIdentity)
        {
            throw new ArgumentException("LogitTransform needs OutputWeight: without it, Hidden holds logits already.", nameof(input));
        }
    }

    private static void CheckOutputRows(DistillationInput input)
    {
        if (input.OutputRows is null && input.OutputRowIds is null)
        {
            return;
        }

        if (input.OutputRows is not { } rows || input.OutputRowIds is not { } ids || input.OutputWeight is not { } weight)
        {
            throw new ArgumentException("OutputRows, OutputRowIds and OutputWeight go together; one of them is missing.", nameof(input));
        }

        CheckMatrix(rows, "OutputRows");
        if (rows.shape[0] != ids.Count || rows.shape[1] != weight.shape[1])
        {
            throw new ArgumentException($"OutputRows has shape {Shape(rows)}; expected [{ids.Count}, {weight.shape[1]}].", nameof(input));
        }

        if (weight.requires_grad)
        {
            throw new ArgumentException("OutputWeight trains, and OutputRows too: the rows would get their gradient twice.", nameof(input));
        }

        CheckRange([.. ids.Select(id => (long)id)], weight.shape[0], "OutputRowIds");
        if (ids.Distinct().Count() != ids.Count)
        {
            throw new ArgumentException("OutputRowIds names a row twice.", nameof(input));
        }
    }

    private static void CheckMatrix(Tensor tensor, string name)
    {
        if (tensor.shape.Length != 2 || tensor.shape[1] < 1)
        {
            throw new ArgumentException($"{name} has shape {Shape(tensor)}; expected two dimensions and at least one column.", name);
        }

        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16))
        {
            throw new ArgumentException($"{name} is {tensor.dtype}; expected Float32, Float64 or BFloat16.", name);
        }
    }

    private static void CheckScale(double scale, string name)
    {
        if (!double.IsFinite(scale))
        {
            throw new ArgumentException($"{name} is {scale}; expected a finite factor.", name);
        }
    }

    private static void CheckSameLength(long[] first, string firstName, long[] second, string secondName)
    {
        ArgumentNullException.ThrowIfNull(first, firstName);
        ArgumentNullException.ThrowIfNull(second, secondName);
        if (first.Length != second.Length)
        {
            throw new ArgumentException(
                $"{firstName} has {first.Length} entries but {secondName} {second.Length}; they come in pairs.",
                firstName
            );
        }
    }

    private static void CheckRange(long[] values, long limit, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < 0 || values[i] >= limit)
            {
                throw new ArgumentException($"{name}[{i}] is {values[i]}; expected 0 to {limit - 1}.", name);
            }
        }
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
