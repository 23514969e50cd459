using ReflectionCoder.Batching;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>The hidden states that a loss needs of a packed micro-batch, and where each of them stands.</summary>
/// <remarks>Shapes: N packed tokens, R rows of the states, H hidden size.</remarks>
internal sealed class PackedStates
{
    private readonly long[]? needed;
    private readonly long[] teacherNeeded = [];

    private PackedStates(Tensor hidden_RH, long[]? needed) => (Hidden_RH, this.needed) = (hidden_RH, needed);

    private PackedStates(Tensor hidden_RH, long[] needed, long[] teacherNeeded, Tensor? teacherOutputWeight)
        : this(hidden_RH, needed) => (this.teacherNeeded, TeacherOutputWeight) = (teacherNeeded, teacherOutputWeight);

    /// <summary>The states, [R, H].</summary>
    public Tensor Hidden_RH { get; }

    /// <summary>The teacher's own output projection, [V, H]; null where it is the model's.</summary>
    public Tensor? TeacherOutputWeight { get; }

    /// <summary>Computes teacher and student rows in one pass.</summary>
    public static PackedStates Together(ICausalLanguageModel model, PackedBatch batch, bool gradientCheckpointing, long? dropoutSeed)
    {
        // A model of the host's gives the states of all tokens.
        long[]? chosen = model.SupportsNeededRows && batch.LossRows() is { Length: > 0 } rows ? rows : null;
        using ModelInput input = ModelInput.Create(batch.TokenIds, batch.PositionIds, batch.RowLengths, model.Device) with
        {
            GradientCheckpointing = gradientCheckpointing,
            DropoutSeed = dropoutSeed,
            NeededRows = chosen,
        };
        return new PackedStates(HiddenStates.Compute(model, input), chosen);
    }

    /// <summary>Computes the teacher rows first, in a pass without gradients, and the student rows in another one.</summary>
    /// <exception cref="InvalidOperationException">The batch has labels in teacher rows, or not a student row for each of them.</exception>
    public static PackedStates Apart(
        ICausalLanguageModel model,
        DetachedTeacher teacher,
        PackedBatch batch,
        bool gradientCheckpointing,
        long? dropoutSeed
    )
    {
        using DisposeScope scope = NewDisposeScope();
        int half = batch.RowLengths.Length / 2;
        int border = batch.RowLengths.Take(half).Sum();
        long[] teacherRows = [.. batch.TeacherRows.Distinct().Order()];
        long[] studentRows = [.. batch.StudentRows.Concat(batch.CrossEntropyRows).Distinct().Order()];
        if (batch.RowLengths.Length % 2 != 0 || teacherRows is not [.., var last] || last >= border || studentRows[0] < border)
        {
            throw new InvalidOperationException(
                $"A teacher apart needs pairs, half of the {batch.RowLengths.Length} rows, and no label in them; the border lies at token "
                    + $"{border}."
            );
        }

        using ModelInput teacherInput = Half(0, border, batch.RowLengths[..half], teacherRows);
        (Tensor teacher_RH, Tensor? outputWeight) = teacher.Compute(model, teacherInput);
        teacher_RH = Chosen(teacher_RH.detach(), teacherInput, teacherRows);
        using ModelInput studentInput = Half(border, batch.TokenIds.Length, batch.RowLengths[half..], studentRows) with
        {
            GradientCheckpointing = gradientCheckpointing,
            DropoutSeed = dropoutSeed,
        };
        Tensor student_RH = Chosen(HiddenStates.Compute(model, studentInput), studentInput, [.. studentRows.Select(row => row - border)]);
        return new PackedStates(
            cat([student_RH, teacher_RH]).MoveToOuterDisposeScope(),
            studentRows,
            teacherRows,
            outputWeight?.MoveToOuterDisposeScope()
        );

        ModelInput Half(int start, int end, int[] lengths, long[] rows) =>
            ModelInput.Create(batch.TokenIds[start..end], batch.PositionIds[start..end], lengths, model.Device) with
            {
                NeededRows = model.SupportsNeededRows ? [.. rows.Select(row => row - start)] : null,
            };

        Tensor Chosen(Tensor hidden, ModelInput input, long[] rows) =>
            input.NeededRows is null ? hidden.index_select(0, tensor(rows, device: model.Device)) : hidden;
    }

    /// <summary>Where tokens of the student's rows, or of any rows that passed together, stand among the states.</summary>
    public long[] Places(long[] rows) => needed is null ? rows : [.. rows.Select(row => (long)Array.BinarySearch(needed, row))];

    /// <summary>Where tokens of the teacher's rows stand among the states.</summary>
    public long[] TeacherPlaces(long[] rows) =>
        teacherNeeded.Length == 0 ? Places(rows) : [.. rows.Select(row => (long)needed!.Length + Array.BinarySearch(teacherNeeded, row))];
}
