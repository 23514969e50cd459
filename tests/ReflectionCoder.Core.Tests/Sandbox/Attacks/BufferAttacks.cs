namespace ReflectionCoder.Tests.Sandbox.Attacks;

/// <summary>
/// Python programs that fill buffers of the kernel, in as many processes as there may be. They need what <see cref="MemoryAttacks"/> share.
/// </summary>
internal static class BufferAttacks
{
    public const string FillPipes = """
        def fill_pipes():
            held = 0
            try:
                while held < PART * MIB:
                    reader, writer = os.pipe()
                    os.set_blocking(writer, False)
                    try:
                        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, MIB)
                    except OSError:
                        pass
                    try:
                        while True:
                            held += os.write(writer, bytes(65536))
                    except BlockingIOError:
                        pass
            except OSError:
                pass
            return held / MIB
        share(14, fill_pipes)
        """;

    /// <summary>The line that is commented out sends the sockets to a queue and closes them, so that the process has none open.</summary>
    private const string FillSockets = """
        def fill_sockets():
            held = 0
            try:
                carrier = socket.socketpair()
                kept.append(carrier)
                while held < PART * MIB:
                    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_KIND)
                    kept.append(pair)
                    for end in pair:
                        end.setblocking(False)
                        for size in (1 << 20, 4 << 20):
                            try:
                                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
                            except OSError:
                                pass
                        try:
                            while held < PART * MIB:
                                held += end.send(bytes(32768))
                        except BlockingIOError:
                            pass
                    #socket.send_fds(carrier[0], [b'x'], [end.fileno() for end in kept.pop()])
            except OSError:
                pass
            return held / MIB
        share(14, fill_sockets)
        """;

    private const string FillConnections = """
        def fill_connections():
            held = 0
            try:
                server = socket.socket(socket.AF_UNIX)
                server.bind(f"\0{os.getpid()}")
                server.listen(4096)
                while held < PART * MIB:
                    with socket.socket(socket.AF_UNIX) as client:
                        client.setblocking(False)
                        client.connect(f"\0{os.getpid()}")
                        try:
                            while held < PART * MIB:
                                held += client.send(bytes(32768))
                        except BlockingIOError:
                            pass
                kept.append(server)
            except OSError:
                pass
            return held / MIB
        share(14, fill_connections)
        """;

    /// <summary>
    /// The buffers of pipes and sockets, in as many processes as there may be, each with as many as it may open; <c>held</c> is what is
    /// written and not read.
    /// </summary>
    public static TheoryData<string, string> Buffered { get; } =
        new()
        {
            { "sockets", FillSockets.Replace("KIND", "STREAM") },
            { "datagrams", FillSockets.Replace("KIND", "DGRAM") },
            { "connections that nobody accepts", FillConnections },
            { "sockets in flight", FillSockets.Replace("KIND", "STREAM").Replace("#", "") },
        };
}
