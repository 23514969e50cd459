using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ReflectionCoder.Tests.Reports;

/// <summary>A proxy that refuses every request and remembers it.</summary>
internal sealed class RecordingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> requests = [];

    public RecordingProxy()
    {
        listener.Start();
        _ = Task.Run(AnswerAsync);
    }

    /// <summary>The first line of each request so far.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>What makes a browser ask this proxy for everything.</summary>
    public string[] Arguments =>
        [$"--proxy-server=127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "--proxy-bypass-list=<-loopback>"];

    public void Dispose() => listener.Stop();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync();
                _ = Task.Run(async () =>
                {
                    using (client)
                    using (StreamReader reader = new(client.GetStream()))
                    {
                        requests.Enqueue(await reader.ReadLineAsync() ?? "");
                        byte[] answer = [.. "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8];
                        await client.GetStream().WriteAsync(answer);
                    }
                });
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
