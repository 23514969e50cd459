using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The interval of a mean difference between two arms that were measured with the same seeds on the same tasks.</summary>
internal static class PairedBootstrap
{
    private const int Replicates = 10_000;
    private const long Seed = 3407;
    private const double Tail = 0.025;

    /// <summary>
    /// The percentile bootstrap (Efron and Tibshirani 1993), 10,000 replicates: seeds and tasks are both drawn anew, with replacement, so
    /// that the interval is about other tasks of the kind and other seeds; with one seed, about tasks alone.
    /// </summary>
    /// <param name="differences">A row a seed, a number a task, such as 1 where the first arm alone solves it; at least one.</param>
    /// <returns>The mean and the ends of the 95 % interval; the same for the same differences.</returns>
    public static (double Mean, double Low, double High) Difference(IReadOnlyList<double[]> differences)
    {
        (int seeds, int tasks) = (differences.Count, differences[0].Length);
        double mean = differences.Average(row => row.Average());
        SeededRandom random = new(Seed);
        double[] means = new double[Replicates];
        double[] drawn = new double[tasks];
        for (int replicate = 0; replicate < Replicates; replicate++)
        {
            Array.Clear(drawn);
            for (int i = 0; i < seeds; i++)
            {
                double[] row = differences[random.Next(seeds)];
                for (int task = 0; task < tasks; task++)
                {
                    drawn[task] += row[task];
                }
            }

            double sum = 0;
            for (int i = 0; i < tasks; i++)
            {
                sum += drawn[random.Next(tasks)];
            }

            means[replicate] = sum / seeds / tasks;
        }

        Array.Sort(means);
        return (mean, means[(int)(Replicates * Tail)], means[(int)(Replicates * (1 - Tail)) - 1]);
    }
}
