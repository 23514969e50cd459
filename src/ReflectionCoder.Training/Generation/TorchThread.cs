using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace ReflectionCoder.Generation;

/// <summary>One thread that runs torch work in the order it comes: grad mode and OpenMP teams belong to a thread.</summary>
internal sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> queue = [];
    private readonly Thread thread;

    internal TorchThread(string name)
    {
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Queues work; its result and its exception come out of the task.</summary>
    internal Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add(
            () =>
            {
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    completion.SetResult(work());
                }
                catch (OperationCanceledException e) when (e.CancellationToken == cancellationToken)
                {
                    completion.SetCanceled(cancellationToken);
                }
                catch (Exception e)
                {
                    completion.SetException(e);
                }
            },
            cancellationToken);
        return completion.Task;
    }

    /// <summary>Finishes the work that is queued, then ends the thread.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        if (Thread.CurrentThread != thread)
        {
            thread.Join();
        }

        queue.Dispose();
    }

    private void Run()
    {
        set_num_threads(get_num_threads()); // OpenMP keeps the count a thread
        foreach (Action work in queue.GetConsumingEnumerable())
        {
            work();
        }
    }
}
