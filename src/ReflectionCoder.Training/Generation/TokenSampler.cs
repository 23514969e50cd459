using ReflectionCoder.Randomness;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Generation;

/// <summary>
/// Chooses the next token of one row from its logits. It works on the CPU with a random generator of its own, so that the choice depends on
/// neither the device nor the other rows. The filters work like those of transformers (<c>TopKLogitsWarper</c> and others), in that order.
/// </summary>
internal sealed class TokenSampler(GenerationOptions options, long index)
{
    private readonly SampleRandom random = new(options.Seed, index);
    private int[] candidates = [];
    private double[] weights = [];

    /// <summary>Whether simply the likeliest token is taken. Then the logits need not be copied to the CPU.</summary>
    internal bool IsPlainArgmax => options.Temperature == 0 && options.RepetitionPenalty == 1;

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">Logits of one position; they may be overwritten.</param>
    /// <param name="seen">Ids of prompt and answer, for the repetition penalty.</param>
    /// <exception cref="NonFiniteException">There is no token to choose.</exception>
    internal int Next(Span<float> logits, IReadOnlySet<int> seen)
    {
        Penalize(logits, seen);
        int best = Argmax(logits);
        if (options.Temperature == 0)
        {
            return best;
        }

        int count = Keep(logits, logits[best]);
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += weights[i];
        }

        double target = random.NextDouble() * sum;
        for (int i = 0; i < count; i++)
        {
            target -= weights[i];
            if (target < 0)
            {
                return candidates[i];
            }
        }

        return best; // only if rounding makes the sum a little too large
    }

    /// <summary>The likeliest token; of equally likely ones the first.</summary>
    private static int Argmax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]) || float.IsPositiveInfinity(logits[i]))
            {
                throw new NonFiniteException($"The logit of token {i} is {logits[i]}: the model's weights or its input are broken.");
            }

            best = logits[i] > logits[best] ? i : best;
        }

        return float.IsNegativeInfinity(logits[best])
            ? throw new NonFiniteException($"All {logits.Length} logits are minus infinity: there is no token to choose.")
            : best;
    }

    private void Penalize(Span<float> logits, IReadOnlySet<int> seen)
    {
        if (options.RepetitionPenalty == 1)
        {
            return;
        }

        foreach (int id in seen)
        {
            if (id < logits.Length)
            {
                logits[id] = (float)(logits[id] < 0 ? logits[id] * options.RepetitionPenalty : logits[id] / options.RepetitionPenalty);
            }
        }
    }

    /// <summary>
    /// Writes the tokens to draw from to <see cref="candidates"/>, and to <see cref="weights"/> numbers in proportion to their
    /// probabilities.
    /// </summary>
    /// <returns>How many tokens.</returns>
    private int Keep(ReadOnlySpan<float> logits, float best)
    {
        if (candidates.Length < logits.Length)
        {
            (candidates, weights) = (new int[logits.Length], new double[logits.Length]);
        }

        float threshold = options.TopK > 0 && options.TopK < logits.Length ? KthLargest(logits, options.TopK) : float.NegativeInfinity;
        int count = 0;
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (logits[i] >= threshold)
            {
                candidates[count] = i;
                sum += weights[count++] = Math.Exp(((double)logits[i] - best) / options.Temperature);
            }
        }

        count = options.TopP < 1 ? KeepNucleus(count, sum) : count;
        return options.MinP > 0 ? Filter(count, options.MinP) : count; // the likeliest token has weight 1
    }

    /// <summary>
    /// Top-p: moves the fewest of the likeliest tokens whose weights reach the share to the front. It uses quickselect, because sorting a
    /// large vocabulary can take longer than the model's step.
    /// </summary>
    /// <returns>How many tokens.</returns>
    private int KeepNucleus(int count, double sum)
    {
        double missing = options.TopP * sum;
        (int low, int high) = (0, count);
        while (low < high)
        {
            double pivot = Median(weights[low], weights[(low + high) / 2], weights[high - 1]);
            (int equal, int smaller, double larger) = Partition(low, high, pivot);
            if (larger >= missing)
            {
                high = equal;
                continue;
            }

            missing -= larger;
            int fit = pivot > 0 ? (int)Math.Min(smaller - equal, Math.Ceiling(missing / pivot)) : smaller - equal;
            missing -= fit * pivot;
            if (fit < smaller - equal || missing <= 0)
            {
                return equal + fit;
            }

            low = smaller;
        }

        return low;
    }

    /// <summary>Moves weights larger than the pivot to the front and smaller ones to the back.</summary>
    /// <returns>Where the weights equal to the pivot begin and end, and the sum of the larger ones.</returns>
    private (int Equal, int Smaller, double Larger) Partition(int low, int high, double pivot)
    {
        double sum = 0;
        (int equal, int next, int smaller) = (low, low, high);
        while (next < smaller)
        {
            if (weights[next] > pivot)
            {
                sum += weights[next];
                Swap(equal++, next++);
            }
            else if (weights[next] < pivot)
            {
                Swap(next, --smaller);
            }
            else
            {
                next++;
            }
        }

        return (equal, smaller, sum);
    }

    private static double Median(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    private void Swap(int i, int j)
    {
        (candidates[i], candidates[j]) = (candidates[j], candidates[i]);
        (weights[i], weights[j]) = (weights[j], weights[i]);
    }

    private int Filter(int count, double smallest)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] >= smallest)
            {
                (candidates[kept], weights[kept]) = (candidates[i], weights[i]);
                kept++;
            }
        }

        return kept;
    }

    private static float KthLargest(ReadOnlySpan<float> logits, int k)
    {
        var largest = new PriorityQueue<float, float>(k + 1);
        foreach (float logit in logits)
        {
            if (largest.Count < k)
            {
                largest.Enqueue(logit, logit);
            }
            else if (logit > largest.Peek())
            {
                largest.EnqueueDequeue(logit, logit);
            }
        }

        return largest.Peek();
    }
}
