using System.Collections.Concurrent;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>The one thread that starts sandboxes, alive as long as the process.</summary>
/// <remarks>
/// A child that asks to die with its parent dies with the <em>thread</em> that started it, and threads of the pool come and go.
/// The thread also switches address randomization off for what it starts, so that a program prints the same addresses every time.
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
            // Forbidden in some containers; addresses then differ from run to run.
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
