using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Sequences;

public sealed class OneOffFormTests
{
    private static readonly Message Question = new(MessageRole.User, [new Block(BlockType.Text, "q")]);
    private static readonly Message Reflection = new(MessageRole.Assistant, [new Block(BlockType.Code, "c")]);
    private static readonly Message Again = new(MessageRole.User, [new Block(BlockType.Text, "again")]);
    private static readonly Message Answer = new(MessageRole.Assistant, [new Block(BlockType.Text, "a")]);

    [Fact]
    public void Of_ReflectionSample_KeepsReanswerAndFinalCode()
    {
        Conversation form = OneOffForm.Of(new Conversation([Question, Reflection, Again, Answer], SampleType.Reflection));
        Assert.Equal([Again, Answer], form.Messages);
        Assert.Equal(SampleType.Generation, form.Type);
    }

    [Fact]
    public void Of_NoFinalAnswerOrNoUser_Throws()
    {
        Assert.Throws<ArgumentException>(() => OneOffForm.Of(new Conversation([Question, Reflection, Again], SampleType.Reflection)));
        Assert.Throws<ArgumentException>(() => OneOffForm.Of(new Conversation([Answer], SampleType.Reflection)));
        Assert.Throws<ArgumentException>(() => OneOffForm.Of(new Conversation([], SampleType.Reflection)));
    }
}
