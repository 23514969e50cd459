using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Runs;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Construction.Runs;

public sealed class VariantSelectionTests
{
    [Fact]
    public void Wave_IsWhatIsMissing_AndNeverCrossesTheHalf()
    {
        VariantSelection selection = new(wanted: 3, mostVariants: 8, preferNewMistakes: true);
        Assert.Equal(3, selection.Wave);
        Add(selection, ("a", "x"));
        Assert.Equal(2, selection.Wave);
        Add(selection, ("b", "x"), ("c", "x"));
        Assert.Equal(1, selection.Wave); // up to the half, where those put aside may be used
        Add(selection, ("d", "x"));
        Assert.Equal(0, selection.Wave);
        Assert.Equal([null, null, null, RejectReason.MistakesRepeated], Reasons(selection));
    }

    [Fact]
    public void Add_NewMistakes_ComeFirst()
    {
        VariantSelection selection = new(wanted: 2, mostVariants: 8, preferNewMistakes: true);
        Add(selection, ("a", "x"), ("b", "x"), ("c", "y"));
        Assert.Equal(0, selection.Wave);
        Assert.Equal([null, RejectReason.MistakesRepeated, null], Reasons(selection));
    }

    [Fact]
    public void Add_SameKey_IsRepeated()
    {
        VariantSelection selection = new(wanted: 2, mostVariants: 4, preferNewMistakes: false);
        Add(selection, ("a", "x"), ("a", "y"), ("b", "x"));
        Assert.Equal([null, RejectReason.SequenceRepeated, null], Reasons(selection));
    }

    [Fact]
    public void Add_NoSequences_EndsAtTheLastVariant()
    {
        VariantSelection selection = new(wanted: 2, mostVariants: 3, preferNewMistakes: true);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(selection.Wave > 0);
            selection.Add(new VariantResult(i) { Rejection = new Rejection("Refused", null) }, new ReflectionDraft(Conversation: null));
        }

        Assert.Equal(0, selection.Wave);
    }

    private static void Add(VariantSelection selection, params (string Key, string Mistake)[] drafts)
    {
        foreach ((string key, string mistake) in drafts)
        {
            ReflectionDraft draft = new(new Conversation([], SampleType.Reflection)) { Key = key, Mistakes = [mistake] };
            selection.Add(new VariantResult(selection.Next), draft);
        }
    }

    private static IEnumerable<string?> Reasons(VariantSelection selection) => selection.Results.Select(result => result.Rejection?.Reason);
}
