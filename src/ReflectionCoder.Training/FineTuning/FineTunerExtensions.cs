using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ReflectionCoder.FineTuning;

/// <summary>A run as a stream of steps.</summary>
public static class FineTunerExtensions
{
    /// <summary>Trains and gives each optimizer step as it is done; the stream ends when the trained model is saved.</summary>
    /// <param name="fineTuner">Trains.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellationToken">Stops the run, with a checkpoint.</param>
    /// <returns>
    /// The steps, in order, each in the context of whoever enumerates. A slow reader doesn't slow training: steps wait for it. Leaving
    /// early stops the run, and waits for its checkpoint.
    /// </returns>
    /// <exception cref="FineTuningCanceledException">It was cancelled; it names the checkpoint. Not thrown to a reader that
    /// leaves.</exception>
    /// <remarks>Throws what <see cref="IFineTuner.TrainAsync"/> throws, after the last step that was done.</remarks>
    public static async IAsyncEnumerable<TrainingProgress> StreamAsync(
        this IFineTuner fineTuner,
        TrainingData data,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(fineTuner);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<TrainingProgress> steps = Channel.CreateUnbounded<TrainingProgress>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }
        );
        Task run = TrainAsync(fineTuner, data, steps.Writer, stop.Token);
        bool left = true;
        try
        {
            await foreach (TrainingProgress step in steps.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return step;
            }

            left = false;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            try
            {
                await run.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (left)
            {
                // It was the reader who stopped it.
            }
        }
    }

    private static async Task TrainAsync(
        IFineTuner fineTuner,
        TrainingData data,
        ChannelWriter<TrainingProgress> steps,
        CancellationToken cancellationToken
    )
    {
        try
        {
            _ = await fineTuner.TrainAsync(data, new Writer(steps), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            steps.Complete();
        }
    }

    private sealed class Writer(ChannelWriter<TrainingProgress> steps) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => steps.TryWrite(value);
    }
}
