using System.Collections.Concurrent;
using TorchSharp;

namespace ReflectionCoder.Torch;

/// <summary>
/// A thread that torch's work runs on, one piece after another in the order in which it was given. Torch needs this because its grad mode
/// belongs to a thread, and because every thread that enters a parallel kernel starts a team of OpenMP threads of its own.
/// </summary>
/// <remarks>
/// <para>A fine-tuner or generator makes a thread of its own unless it is given one. Give the same thread to all that use one model, so
/// that they never use it at the same time. Whoever made the thread disposes it.</para>
/// <para>All members are thread-safe. Work runs in the execution context of its caller, so <see cref="System.Diagnostics.Activity"/>, log
/// scopes and async-locals are the caller's. Code that awaits a task continues in its own context, not on this thread.</para>
/// <para>Work must be synchronous: after an <c>await</c> it would continue on another thread.</para>
/// </remarks>
public sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> queue = [];
    private readonly Thread thread;
    private readonly int? threads;
    private int started;
    private bool configured;

    /// <summary>Creates the thread; it starts with the first work.</summary>
    /// <param name="name">Name of the thread, for debuggers. The default value is <c>torch</c>.</param>
    /// <param name="threads">CPU threads that torch uses for the work, at least 1. The default value is null: torch's own setting.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public TorchThread(string name = "torch", int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads ?? 1, 1, nameof(threads));
        this.threads = threads;
        thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Whether the calling code runs on this thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == thread;

    /// <summary>Queues work. Called on the thread itself, it runs the work at once.</summary>
    /// <typeparam name="T">Type of the work's result. A tensor in it must be detached from the dispose scopes of the work.</typeparam>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">
    /// Cancels the work if it has not begun. Work that has begun is not stopped, unless it looks at the token itself.
    /// </param>
    /// <returns>
    /// A task with the work's result, its exception, or its cancellation. A <see cref="TorchUnavailableException"/> comes here too.
    /// </returns>
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
            thread.UnsafeStart(); // without a context, because each piece of work brings its own
        }

        return completion.Task;
    }

    /// <summary>Waits until the queued work is done, then ends the thread. Called on the thread itself, it doesn't wait.</summary>
    public void Dispose()
    {
        try
        {
            queue.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            return; // disposed before
        }

        if (IsCurrent)
        {
            return; // the thread can't wait for itself; it ends when the queue is empty
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
                torch.set_num_threads(threads ?? torch.get_num_threads()); // OpenMP keeps this number for each thread
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
            // The task tells the caller. An exception that left this thread would end the process.
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
