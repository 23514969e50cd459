using System.Collections.Concurrent;
using TorchSharp;

namespace ReflectionCoder.Torch;

/// <summary>
/// A thread for torch. Grad mode belongs to a thread, and every thread that enters a parallel kernel grows an OpenMP team of its own: what
/// belongs together runs on one thread, in the order in which it came.
/// </summary>
/// <remarks>
/// <para>A fine-tuner or generator makes one of its own unless it is given one. Give the same one to all that use a model, and nothing of
/// theirs runs side by side. Whoever made it disposes it.</para>
/// <para>Its members are thread-safe. The execution context of the caller goes with the work, so <see cref="System.Diagnostics.Activity"/>,
/// log scopes and async-locals are the caller's. Tasks continue away from the thread: in the context of whoever awaits them.</para>
/// <para>Work must be synchronous: after an <c>await</c> it would be on another thread.</para>
/// </remarks>
public sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> queue = [];
    private readonly Thread thread;
    private readonly int? threads;
    private int started;
    private bool configured;

    /// <summary>Makes the thread; it starts with the first work.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="threads">CPU threads of the work on it, at least 1; null for torch's setting.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public TorchThread(string name = "torch", int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads ?? 1, 1, nameof(threads));
        this.threads = threads;
        thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Whether the caller is on the thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == thread;

    /// <summary>Queues work; on the thread itself, runs it at once.</summary>
    /// <typeparam name="T">What it gives; a tensor in it must be detached from the work's dispose scopes.</typeparam>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Takes work out of the queue that has not begun; what has begun must look for itself.</param>
    /// <returns>Its result or exception.</returns>
    /// <exception cref="ObjectDisposedException">The thread was disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsCurrent)
        {
            Complete(work, completion, cancellationToken);
            return completion.Task;
        }

        var context = ExecutionContext.Capture();
        Action item = context is null
            ? () => Complete(work, completion, cancellationToken)
            : () => ExecutionContext.Run(context, _ => Complete(work, completion, cancellationToken), null);
        try
        {
            queue.Add(item, CancellationToken.None);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
        {
            throw new ObjectDisposedException($"The {nameof(TorchThread)} '{thread.Name}' was disposed.", exception);
        }

        if (Interlocked.Exchange(ref started, 1) == 0)
        {
            thread.UnsafeStart(); // each piece of work brings its own context
        }

        return completion.Task;
    }

    /// <summary>Finishes the work that is queued, then ends the thread.</summary>
    public void Dispose()
    {
        try
        {
            queue.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            return; // for the second time
        }

        if (IsCurrent)
        {
            return; // it ends after this work
        }

        if (Interlocked.Exchange(ref started, 1) != 0)
        {
            thread.Join();
        }

        queue.Dispose();
    }

    private void Complete<T>(Func<T> work, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!configured)
            {
                TorchRuntime.EnsureAvailable();
                torch.set_num_threads(threads ?? torch.get_num_threads()); // OpenMP keeps the count a thread
                configured = true;
            }

            completion.SetResult(work());
        }
        catch (OperationCanceledException exception)
            when (exception.GetType() == typeof(OperationCanceledException) && exception.CancellationToken == cancellationToken)
        {
            completion.SetCanceled(cancellationToken);
        }
        catch (Exception exception)
        {
            // The task carries every failure to the caller; nothing may end the process from here.
            completion.SetException(exception);
        }
    }

    private void Run()
    {
        foreach (Action work in queue.GetConsumingEnumerable())
        {
            work();
        }
    }
}
