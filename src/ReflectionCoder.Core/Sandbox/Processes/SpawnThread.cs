using System.Collections.Concurrent;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>The thread that starts all sandboxes. It lives as long as the process.</summary>
/// <remarks>
/// A child that asks to die with its parent dies when the <em>thread</em> that started it ends, and threads of the thread pool may end at
/// any time. The thread also turns address randomization off for its children, so that a program prints the same addresses in every run.
/// </remarks>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Queue = Start();

    /// <summary>Runs <paramref name="start"/> on the thread.</summary>
    public static Task<T> RunAsync<T>(Func<T> start)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue.Add(() =>
        {
            try
            {
                completion.SetResult(start());
            }
#pragma warning disable CA1031 // handed to the caller
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        });
        return completion.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var queue = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            // Some containers forbid this. Addresses then differ from run to run.
            _ = NativeMethods.Personality(NativeMethods.AddressNoRandomize);
            foreach (Action action in queue.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            IsBackground = true,
            Name = "sandbox spawner",
        };
        thread.Start();
        return queue;
    }
}
