using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ReflectionCoder.FineTuning;

/// <summary>Lets <c>await foreach</c> read the steps of a run.</summary>
public static class FineTunerExtensions
{
    /// <summary>Trains and gives each optimizer step as it is done; the stream ends when the trained model is saved.</summary>
    /// <param name="fineTuner">The fine-tuner that runs.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellationToken">Stops the run, which writes a checkpoint first.</param>
    /// <returns>
    /// The steps, in order. The loop's body runs in the context of the code that enumerates. A slow loop doesn't slow training: steps wait
    /// in memory until it takes them. Leaving the loop early stops the run, and waits until its checkpoint is written.
    /// </returns>
    /// <exception cref="FineTuningCanceledException">The run was cancelled; the exception names the checkpoint. A loop that is left early
    /// doesn't get it.</exception>
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
                // The loop was left early, which is what stopped the run: nobody expects an exception then.
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
