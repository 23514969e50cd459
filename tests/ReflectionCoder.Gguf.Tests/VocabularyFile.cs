using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Gguf.Vocabularies;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests;

/// <summary>Writes files of keys alone: the runtime's tokenizer needs no tensor.</summary>
internal static class VocabularyFile
{
    internal static void Write(CodeTokenizer tokenizer, string path, string name = "test", string? preTokenizer = null)
    {
        GgufVocabulary vocabulary = VocabularyBuilder.Build(tokenizer, tokenizer.VocabularySize, withAppended: true, preTokenizer);
        using GgufKeys keys = new();
        keys.Add(GgufModelKeys.Architecture, "llama");
        keys.Add("general.name", name);
        GgufModelKeys.Add(
            keys,
            RandomModels.Llama with
            {
                VocabularySize = tokenizer.VocabularySize,
            },
            RandomModels.Llama.Family.Gguf!,
            512
        );
        vocabulary.AddTo(keys);
        File.WriteAllBytes(path, GgufLayout.Head(keys, []));
    }
}
