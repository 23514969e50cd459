using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ReasoningTasks.Derivations;

/// <summary>A request and the derivation that answers it, without a reflection.</summary>
internal static class PlainDerivation
{
    public static Conversation Of(string request, string derivation) => new([Request(request), Answer(derivation)], SampleType.Generation);

    public static Message Request(string text) => new(MessageRole.User, [new Block(BlockType.Text, text)]);

    public static Message Answer(string derivation) =>
        new(MessageRole.Assistant, [new Block(BlockType.Text, $"```{DerivationVerifier.LanguageName}\n{derivation}\n```")]);
}
