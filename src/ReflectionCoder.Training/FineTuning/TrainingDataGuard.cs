using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.FineTuning;

/// <summary>Checks before the first step whether samples, tokenizer and model fit together.</summary>
internal static class TrainingDataGuard
{
    /// <exception cref="TrainingDataException">The samples can't be trained on, or the model has too few embedding rows.</exception>
    /// <exception cref="InvalidOperationException">The model's output weight is not [V, H].</exception>
    public static void Check(TrainingData data, CodeTokenizer tokenizer, ICausalLanguageModel model, bool distillation)
    {
        CheckModel(tokenizer, model);
        if (data.Samples.Count == 0)
        {
            throw new TrainingDataException(
                data.Overlong.Count == 0
                    ? "There is no training sample."
                    : $"All {data.Overlong.Count} samples are longer than the maximum length: they have "
                        + $"{data.Overlong.Min(sample => sample.Length)} to "
                        + $"{data.Overlong.Max(sample => sample.Length)} tokens, the shortest is "
                        + $"{data.Overlong.MinBy(sample => sample.Length)!.Source}."
            );
        }

        if (distillation && data.Infos.All(info => info.Type != SampleType.Reflection))
        {
            throw new TrainingDataException(
                $"None of the {data.Samples.Count} samples is a reflection sample, so there is nothing to distil; train without "
                    + "distillation, or add reflection samples"
                    + (data.Overlong.Count > 0 ? $" ({data.Overlong.Count} samples were left out because they are too long)." : ".")
            );
        }

        foreach (TrainingSample sample in data.Samples)
        {
            CheckSample(sample, model.VocabularySize, distillation);
        }

        if (
            model.PositionLimit is { } limit
            && data.Samples.MaxBy(sample => sample.Tokens.Length) is { } longest
            && longest.Tokens.Length > limit
        )
        {
            throw new TrainingDataException(
                $"{longest.Source} has {longest.Tokens.Length} tokens; the model has {limit} positions. Drop samples longer than that "
                    + "(MaxLength), or take a model with more positions."
            );
        }
    }

    /// <summary>Checks whether tokenizer and model fit together.</summary>
    /// <exception cref="TrainingDataException">The model has too few embedding rows.</exception>
    /// <exception cref="InvalidOperationException">The model's output weight is not [V, H].</exception>
    public static void CheckModel(CodeTokenizer tokenizer, ICausalLanguageModel model)
    {
        if (tokenizer.VocabularySize > model.VocabularySize)
        {
            throw new TrainingDataException(
                $"The model has {model.VocabularySize} embedding rows, the tokenizer {tokenizer.VocabularySize} tokens; the model needs at "
                    + "least as many rows "
                    + "(grow it with VocabularyResizer, or take the tokenizer that belongs to it)."
            );
        }

        if (model.OutputWeight.shape is not [var rows, var columns] || rows != model.VocabularySize || columns != model.HiddenSize)
        {
            throw new InvalidOperationException(
                $"The model's {nameof(model.OutputWeight)} has shape [{string.Join(", ", model.OutputWeight.shape)}]; "
                    + $"expected [{model.VocabularySize}, {model.HiddenSize}]."
            );
        }
    }

    private static void CheckSample(TrainingSample sample, int vocabularySize, bool distillation)
    {
        try
        {
            BatchPacker.Validate(distillation ? sample.Tokens : sample.Tokens with { Type = SampleType.Generation });
            if (distillation && sample.Tokens.Type == SampleType.Reflection)
            {
                SequenceMasker.FindReflection(sample.Tokens);
            }
        }
        catch (SampleFormatException exception)
        {
            throw new TrainingDataException($"{sample.Source}: {exception.Message}", exception);
        }

        int worst = sample.Tokens.InputIds.Max();
        if (worst >= vocabularySize || sample.Tokens.InputIds.Min() < 0)
        {
            throw new TrainingDataException($"{sample.Source} holds token id {worst}; the model has {vocabularySize} embedding rows.");
        }
    }
}
