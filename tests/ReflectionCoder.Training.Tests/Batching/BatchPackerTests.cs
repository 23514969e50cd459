using ReflectionCoder.Batching;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Batching;

public sealed class BatchPackerTests
{
    [Fact]
    public void Pack_TwoSamples_LaysTeacherRowsThenVisibleStudentTokens()
    {
        TokenizedSample[] samples = [Samples.Create(1), Samples.Create(2, question: 2, reflection: 5)];
        bool[][] visible = [.. samples.Select((sample, i) => Samples.Mask(sample, i))];

        PackedBatch batch = BatchPacker.Pack(samples, visible);

        int[] kept = [.. visible.Select(mask => mask.Count(v => v))];
        Assert.Equal([samples[0].Length, samples[1].Length, kept[0], kept[1]], batch.RowLengths);
        Assert.Equal(batch.RowLengths.Sum(), batch.TokenIds.Length);
        Assert.Equal(samples.Sum(sample => sample.Length), batch.SampleTokens);
        Assert.Equal(visible.Sum(mask => mask.Count(v => !v)), batch.HiddenTokens);
        Assert.Equal(samples.SelectMany(s => s.InputIds).Select(id => (long)id), batch.TokenIds.Take(batch.SampleTokens));
        Assert.Equal(
            samples.SelectMany(s => Enumerable.Range(0, s.Length)).Select(p => (long)p),
            batch.PositionIds.Take(batch.SampleTokens)
        );
        long[] keptPositions = [.. visible.SelectMany(mask => Enumerable.Range(0, mask.Length).Where(p => mask[p])).Select(p => (long)p)];
        Assert.Equal(keptPositions, batch.PositionIds.Skip(batch.SampleTokens));
    }

    [Fact]
    public void Pack_LabelWindows_AreShiftedForCrossEntropyAndNotForDivergence()
    {
        TokenizedSample sample = Samples.Create(3);
        int last = Array.LastIndexOf(sample.InputIds, Samples.Assistant);
        int end = sample.Length;
        bool[] visible = Samples.Mask(sample, 3);

        PackedBatch batch = BatchPacker.Pack([sample], [visible]);

        long[] studentRows = [.. batch.CrossEntropyRows.Where(row => row >= end)];
        Assert.Equal(Range(last - 1, end - 3), studentRows.Select(row => batch.PositionIds[row]));
        Assert.Equal(
            Range(last, end - 2).Select(p => (long)sample.InputIds[p]),
            batch.CrossEntropyRows.Zip(batch.CrossEntropyLabels).Where(pair => pair.First >= end).Select(pair => pair.Second)
        );
        Assert.Equal(Range(last, end - 2), batch.TeacherRows);
        Assert.Equal(Range(last, end - 2), batch.StudentRows.Select(row => batch.PositionIds[row]));
        Assert.All(batch.StudentRows, row => Assert.True(row >= end));

        long[] teacherRows = [.. batch.CrossEntropyRows.Where(row => row < end)];
        Assert.Equal(Enumerable.Range(1, end - 1).Where(p => sample.Labels[p] != -100).Select(p => p - 1L), teacherRows);
        Assert.Equal(Samples.Eos, batch.CrossEntropyLabels[teacherRows.Length - 1]);
    }

    [Fact]
    public void Pack_SamplesWithWeights_GivesEachPairThatOfItsSample()
    {
        TokenizedSample[] samples = [Samples.Create(1) with { Weight = 0.5 }, Samples.Create(2), Samples.Create(3) with { Weight = 0 }];
        bool[][] visible = [.. samples.Select((sample, i) => Samples.Mask(sample, i))];

        PackedBatch batch = BatchPacker.Pack(samples, visible);

        double[] expected =
        [
            .. samples.SelectMany(sample => Enumerable.Repeat(sample.Weight, sample.DistillationLabels.Count(label => label != -100))),
        ];
        Assert.Equal(expected, batch.PairWeights);
        Assert.Equal(batch.TeacherRows.Length, batch.PairWeights!.Length);
        Assert.Null(BatchPacker.Pack(samples, null).PairWeights);
        Assert.Null(BatchPacker.Pack([samples[1]], [visible[1]]).PairWeights);
    }

    [Fact]
    public void Pack_WithoutMasks_HasTeacherRowsOnly()
    {
        TokenizedSample sample = Samples.Create(4);
        PackedBatch batch = BatchPacker.Pack([sample], null);
        Assert.Equal([sample.Length], batch.RowLengths);
        Assert.Empty(batch.TeacherRows);
        Assert.Empty(batch.StudentRows);
        Assert.Equal(0, batch.HiddenTokens);
        Assert.Equal(sample.Labels.Skip(1).Count(label => label != -100), batch.CrossEntropyRows.Length);
    }

    [Fact]
    public void Pack_LabelOnFirstToken_IsNotPredicted()
    {
        TokenizedSample sample = Samples.Create(4);
        TokenizedSample labelled = sample with { Labels = [.. sample.InputIds] };
        Assert.Equal(sample.Length - 1, BatchPacker.Pack([labelled], null).CrossEntropyRows.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5)]
    public void Pack_HiddenSupervisedToken_Throws(int offset)
    {
        TokenizedSample sample = Samples.Create(5);
        bool[] visible = Samples.Mask(sample, 5);
        int token = Array.LastIndexOf(sample.InputIds, Samples.Assistant) + offset;
        visible[token] = false;
        SampleFormatException error = Assert.Throws<SampleFormatException>(() => BatchPacker.Pack([sample], [visible]));
        Assert.Equal(token, error.Position);
    }

    [Fact]
    public void Pack_MasksOfAnotherShape_Throw()
    {
        TokenizedSample sample = Samples.Create(6);
        Assert.Throws<SampleFormatException>(() => BatchPacker.Pack([sample], [new bool[3]]));
        Assert.Throws<ArgumentException>(() => BatchPacker.Pack([sample], []));
        Assert.Throws<ArgumentException>(() => BatchPacker.Pack([], null));
    }

    [Fact]
    public void Validate_UsualSamples_Pass()
    {
        BatchPacker.Validate(Samples.Create(7));
        BatchPacker.Validate(Samples.Create(7, reflection: 0, again: 0, answer: 0));
        BatchPacker.Validate(Samples.Create(7) with { Type = SampleType.Generation, ReflectionStart = -1, ReflectionEnd = -1 });
    }

    [Fact]
    public void Validate_LastAnswerIsTheFirst_Throws()
    {
        TokenizedSample sample = Samples.Create(8);
        int second = sample.ReflectionEnd + 1;
        TokenizedSample single = sample with
        {
            InputIds = [.. sample.InputIds[..second], Samples.Eos],
            Labels = [.. sample.Labels[..second], Samples.Eos],
            DistillationLabels =
            [
                .. Enumerable.Range(0, second).Select(p => p >= sample.ReflectionStart - 1 ? sample.InputIds[p] : -100),
                -100,
            ],
        };
        SampleFormatException error = Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(single));
        Assert.Equal(sample.ReflectionStart - 2, error.Position);
    }

    [Fact]
    public void Validate_LastAnswerDirectlyFollowsTheFirst_Throws()
    {
        TokenizedSample sample = Samples.Create(9);
        int again = sample.ReflectionEnd + 1;
        int last = Array.LastIndexOf(sample.InputIds, Samples.Assistant);
        TokenizedSample joined = sample with
        {
            InputIds = [.. sample.InputIds[..again], .. sample.InputIds[last..]],
            Labels = [.. sample.Labels[..again], .. sample.Labels[last..]],
            DistillationLabels = [.. sample.DistillationLabels[..again], .. sample.DistillationLabels[last..]],
        };
        SampleFormatException error = Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(joined));
        Assert.Equal(sample.ReflectionEnd, error.Position);
    }

    [Fact]
    public void Validate_AllLabelsMasked_Throws()
    {
        TokenizedSample sample = Samples.Create(10);
        int[] none = [.. sample.Labels.Select(_ => -100)];
        Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { Labels = none }));
        Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { DistillationLabels = none }));
        Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { ReflectionStart = -1, ReflectionEnd = -1 }));
        Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { Labels = sample.Labels[1..] }));

        int[] onlyFirst = [5, .. none[1..]];
        Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { Labels = onlyFirst }));

        int[] odd = [.. none];
        odd[4] = -7;
        Assert.Equal(4, Assert.Throws<SampleFormatException>(() => BatchPacker.Validate(sample with { Labels = odd })).Position);
    }

    private static IEnumerable<long> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(p => (long)p);
}
