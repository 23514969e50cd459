using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Generation;

/// <summary>Chooses the next token. Sampling runs on the host with .NET's seeded generator, so that a device's own plays no part.</summary>
internal sealed class TokenSampler(GenerationOptions options, int seed)
{
    private readonly Random random = new(seed);

    /// <summary>Chooses from logits of one position, [V].</summary>
    internal int Next(Tensor logits_V)
    {
        if (options.Temperature == 0)
        {
            using Tensor best = logits_V.argmax();
            return (int)best.item<long>();
        }

        using Tensor host = logits_V.to(ScalarType.Float64).cpu().contiguous();
        return Next(host.data<double>().ToArray());
    }

    internal int Next(double[] logits)
    {
        var ids = new int[logits.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = i;
            logits[i] = -logits[i];
        }

        Array.Sort(logits, ids); // likeliest first
        if (!double.IsFinite(logits[0]))
        {
            throw new InvalidOperationException($"The model's largest logit is {-logits[0]}; there is nothing to sample from.");
        }

        int count = options.TopK == 0 ? ids.Length : Math.Min(options.TopK, ids.Length);
        var weights = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += weights[i] = Math.Exp((logits[0] - logits[i]) / options.Temperature);
        }

        double kept = 0;
        int last = 0;
        while (last < count && kept < options.TopP * sum)
        {
            kept += weights[last++];
        }

        double target = random.NextDouble() * kept;
        for (int i = 0; i < last; i++)
        {
            target -= weights[i];
            if (target < 0)
            {
                return ids[i];
            }
        }

        return ids[last - 1];
    }
}
