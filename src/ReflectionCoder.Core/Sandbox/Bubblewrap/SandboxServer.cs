using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipes;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Sandbox.Processes;
using ReflectionCoder.Sandbox.Seccomp;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>
/// The process that starts programs: the first one in bubblewrap's namespaces. When it ends, the kernel ends every program. It ends when it
/// is disposed, and when this process dies, because then the socket between the two closes. Programs come only through that socket; so none
/// can run without this process.
/// </summary>
internal sealed class SandboxServer : IDisposable
{
    private const string FilterFile = "filter.bin";
    private const string EpollFilterFile = "filter-epoll.bin";
    private const string SourcesFile = "sources.json";
    private const string UsersFile = "/etc/passwd";
    private const string GroupsFile = "/etc/group";

    /// <summary>What programs are told of users: there is themselves.</summary>
    private static readonly byte[] Users = "sandbox:x:1000:1000:sandbox:/box:/bin/sh\n"u8.ToArray();
    private static readonly byte[] Groups = "sandbox:x:1000:\n"u8.ToArray();

    private const int FirstFileDescriptor = 4; // after the three standard ones and the socket

    private static readonly string[] Files = ["server.py", "archive.py", "kernel.py", "native.py", "program.py", "task.py", "usage.py"];
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly Socket socket;
    private readonly AnonymousPipeClientStream ready;
    private long lastId;
    private volatile bool ended;

    private SandboxServer(ChildProcess process, Socket socket, AnonymousPipeClientStream ready) =>
        (this.process, this.socket, this.ready) = (process, socket, ready);

    /// <summary>Whether the server still takes tasks.</summary>
    public bool IsAlive => !ended;

    /// <summary>Starts a server and waits until it takes tasks.</summary>
    /// <exception cref="SandboxUnavailableException">It doesn't start; the message is that of bubblewrap or of the server.</exception>
    /// <exception cref="Win32Exception">The system can't start a process.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public static async Task<SandboxServer> StartAsync(
        BubblewrapCommand command,
        IReadOnlyList<SandboxLanguage> languages,
        PythonPreload preload,
        IsolationProfile profile,
        CancellationToken cancellationToken
    )
    {
        string text = JsonSerializer.Serialize(
            new ServerProfile(command.MountProc, profile.WatchesUse, profile.ProtectsInit, SocketBuffers.BytesPerSocket(), preload.Modules),
            TaskJson.Default.ServerProfile
        );
        IReadOnlyList<string> line = command.Build(
            languages,
            [.. Files, FilterFile, EpollFilterFile, SourcesFile, UsersFile, GroupsFile],
            FirstFileDescriptor,
            text
        );
        byte[] filter = profile.FiltersSystemCalls ? SystemCallFilter.ForThisMachine(withEpoll: false) : [];
        byte[] epollFilter = profile.FiltersSystemCalls ? SystemCallFilter.ForThisMachine(withEpoll: true) : [];
        List<SafeHandle> given = [];
        AnonymousPipeClientStream? readyPipe = null;
        AnonymousPipeClientStream? errorPipe = null;
        SafeFileHandle? here = null;
        ChildProcess? child = null;
        SandboxServer? server = null;
        try
        {
            given.Add(FileDescriptors.OpenNull());
            readyPipe = Pipes.OpenReader(out SafeFileHandle readyEnd);
            given.Add(readyEnd);
            errorPipe = Pipes.OpenReader(out SafeFileHandle errorEnd);
            given.Add(errorEnd);
            (here, SafeFileHandle there) = FileDescriptors.CreateSockets();
            given.Add(there);
            given.AddRange(Files.Select(file => FileDescriptors.CreateMemoryFile(file, ReadResource(file))));
            given.Add(FileDescriptors.CreateMemoryFile(FilterFile, filter));
            given.Add(FileDescriptors.CreateMemoryFile(EpollFilterFile, epollFilter));
            string[][] sources = [.. preload.Sources.Select(source => new[] { source.Key, source.Value })];
            given.Add(
                FileDescriptors.CreateMemoryFile(
                    SourcesFile,
                    JsonSerializer.SerializeToUtf8Bytes(sources, TaskJson.Default.StringArrayArray)
                )
            );
            given.Add(FileDescriptors.CreateMemoryFile("users", Users));
            given.Add(FileDescriptors.CreateMemoryFile("groups", Groups));
            child = await SpawnThread.RunAsync(() => ChildProcess.Start(line, CollectionsMarshal.AsSpan(given))).ConfigureAwait(false);
            server = new SandboxServer(child, new Socket(here), readyPipe);
        }
        catch
        {
            child?.Dispose();
            here?.Dispose();
            readyPipe?.Dispose();
            errorPipe?.Dispose();
            throw;
        }
        finally
        {
            given.ForEach(handle => handle.Dispose());
        }

        var error = new OutputCollector(4096, () => { });
        Task errorRead = Pipes.ReadAndCloseAsync(errorPipe, error, CancellationToken.None);
        try
        {
            await server.WaitUntilReadyAsync(errorRead, error, cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Hands the server a task.</summary>
    /// <param name="makeRequest">Makes the request, given its number.</param>
    /// <param name="descriptors">
    /// Standard input, output and error, the status pipe, the work folder's archive, perhaps a file for a new one.
    /// </param>
    /// <returns>The task's number.</returns>
    /// <exception cref="Win32Exception">The server is gone.</exception>
    public long Start(Func<long, TaskRequest> makeRequest, ReadOnlySpan<SafeHandle> descriptors)
    {
        long id = Interlocked.Increment(ref lastId);
        try
        {
            socket.Send(JsonSerializer.SerializeToUtf8Bytes(makeRequest(id), TaskJson.Default.TaskRequest), descriptors);
            return id;
        }
        catch (Win32Exception exception) when (exception.NativeErrorCode is NativeMethods.BrokenPipe or NativeMethods.ConnectionReset)
        {
            ended = true;
            throw;
        }
    }

    /// <summary>Kills a task and all its processes. Does nothing if it has ended, or the server has.</summary>
    public void Kill(long id)
    {
        try
        {
            socket.Send(
                JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, long> { ["kill"] = id }, TaskJson.Default.DictionaryStringInt64),
                []
            );
        }
        catch (Exception exception) when (exception is Win32Exception or ObjectDisposedException)
        {
            // The server is gone, and all its tasks with it.
        }
    }

    /// <summary>Ends the server and with it all tasks.</summary>
    public void Dispose()
    {
        ended = true;
        socket.Dispose();
        process.Dispose();
        ready.Dispose();
    }

    [SuppressMessage("Reliability", "CA2016", Justification = "Reading goes on after the start.")]
    private async Task WaitUntilReadyAsync(Task errorRead, OutputCollector error, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[16];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTime);
        int count;
        try
        {
            count = await ready.ReadAsync(answer, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxUnavailableException($"the sandbox's server did not start within {StartTime.TotalSeconds} s");
        }

        if (count == 0)
        {
            await errorRead.ConfigureAwait(false);
            string message = error.GetText().Trim();
            throw new SandboxUnavailableException(message.Length > 0 ? message : "bubblewrap ended without a word");
        }

        _ = WatchAsync(answer);
    }

    /// <summary>Notes when the server ends: then the pipe that it wrote its readiness to closes.</summary>
    private async Task WatchAsync(byte[] buffer)
    {
        try
        {
            while (await ready.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) > 0) { }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It was disposed.
        }

        ended = true;
    }

    private static byte[] ReadResource(string file)
    {
        string name = $"{typeof(SandboxServer).Namespace}.Server.{file}";
        using Stream stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
