using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Batching;

/// <summary>Small reflection samples: bos, user, first assistant, user, last assistant, eos.</summary>
internal static class Samples
{
    public const int Bos = 63,
        Eos = 62,
        User = 61,
        Assistant = 60,
        EndOfMessage = 59;

    /// <summary>A four-message sample with the given numbers of tokens inside each message; content ids are random below 50.</summary>
    public static TokenizedSample Create(int seed, int question = 4, int reflection = 9, int again = 3, int answer = 6)
    {
        Random random = new(seed);
        List<int> ids = [Bos],
            labels = [-100],
            distillation = [-100];
        int reflectionStart = 0,
            reflectionEnd = 0;
        void Message(int role, int count, bool last)
        {
            foreach (int id in Enumerable.Range(0, count).Select(_ => random.Next(50)).Prepend(role).Append(EndOfMessage))
            {
                ids.Add(id);
                labels.Add(role == Assistant ? id : -100);
                distillation.Add(last ? id : -100);
            }
        }

        Message(User, question, false);
        reflectionStart = ids.Count + 1;
        Message(Assistant, reflection, false);
        reflectionEnd = ids.Count - 1;
        Message(User, again, false);
        Message(Assistant, answer, true);
        ids.Add(Eos);
        labels.Add(Eos);
        distillation.Add(-100);
        return new TokenizedSample
        {
            InputIds = [.. ids],
            Labels = [.. labels],
            DistillationLabels = [.. distillation],
            Type = SampleType.Reflection,
            Spans = [],
            ReflectionStart = reflectionStart,
            ReflectionEnd = reflectionEnd,
        };
    }

    /// <summary>A mask as the method draws it: the head hidden, some of the reflection sequence hidden, the rest visible.</summary>
    public static bool[] Mask(TokenizedSample sample, int seed, double rate = 0.5)
    {
        Random random = new(seed);
        return
        [
            .. Enumerable
                .Range(0, sample.Length)
                .Select(p =>
                    p > sample.ReflectionEnd || (p >= sample.ReflectionStart && p < sample.ReflectionEnd && random.NextDouble() >= rate)
                ),
        ];
    }
}
