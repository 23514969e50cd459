using TorchSharp;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Runs torch work on one thread of its own: grad mode and the thread count belong to a thread, and every thread that enters a parallel
/// kernel grows its own team.
/// </summary>
internal static class TorchThread
{
    public static Task<T> RunAsync<T>(string name, int threads, Func<T> work)
    {
        TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() => Run(threads, work, completion)) { Name = name, IsBackground = true };
        thread.Start();
        return completion.Task;
    }

    private static void Run<T>(int threads, Func<T> work, TaskCompletionSource<T> completion)
    {
        try
        {
            torch.set_num_threads(threads);
            using IDisposable gradients = torch.enable_grad();
            completion.SetResult(work());
        }
        catch (Exception exception)
        {
            // The task carries every failure to the caller; nothing may end the process from here.
            completion.SetException(exception);
        }
    }
}
