using System.Collections.Concurrent;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>A context with one thread, as user interfaces have.</summary>
internal sealed class PumpedContext : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> posted = [];
    private readonly Thread thread;

    public PumpedContext()
    {
        thread = new Thread(() =>
        {
            SetSynchronizationContext(this);
            foreach ((SendOrPostCallback callback, object? state) in posted.GetConsumingEnumerable())
            {
                callback(state);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
    }

    public int ThreadId => thread.ManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state) => posted.Add((d, state));

    /// <summary>Runs work on the context's thread.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = RunAsync(work, done), null);
        return done.Task;
    }

    private static async Task RunAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(await work());
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    public void Dispose()
    {
        posted.CompleteAdding();
        thread.Join();
        posted.Dispose();
    }
}
