using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ReflectionCoder.Modeling;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Generation;

/// <summary>Lets <c>await foreach</c> read what work on a torch thread produces.</summary>
internal static class ThreadStream
{
    /// <summary>Queues work that hands out items. Leaving the stream early stops the work and waits until it has stopped.</summary>
    /// <remarks>
    /// A slow reader doesn't block the thread, because others may use it too: items wait in memory, however many there are.
    /// </remarks>
    internal static async IAsyncEnumerable<T> RunAsync<T>(
        TorchThread thread,
        Action<Action<T>, CancellationToken> work,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationToken stop = abandoned.Token;
        Channel<T> items = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task done = thread.RunAsync(
            () =>
            {
                work(item => items.Writer.TryWrite(item), stop);
                return true;
            },
            stop
        );
        _ = done.ContinueWith(
            _ => items.Writer.TryComplete(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        try
        {
            await foreach (T item in items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }

            await done.ConfigureAwait(false);
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
