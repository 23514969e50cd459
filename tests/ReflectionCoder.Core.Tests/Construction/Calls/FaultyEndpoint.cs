using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Tests.Construction.Calls;

/// <summary>How the endpoint treats a request.</summary>
internal enum EndpointFault
{
    None,
    TooManyRequests,
    ServerError,
    Hang,
    CutBody,
    MalformedJson,
    NoChoice,
    Refusal,
    TooLong,
}

/// <summary>One request that the endpoint got.</summary>
/// <param name="Request">A hash of its body.</param>
/// <param name="Try">Which request with this body it is, from 0.</param>
/// <param name="Fault">How it is treated.</param>
internal sealed record EndpointCall(string Request, int Try, EndpointFault Fault)
{
    /// <summary>Whether an answer was sent whole.</summary>
    public bool Answered { get; set; }
}

/// <summary>
/// A server on loopback with the form of OpenAI's chat completions that fails in many ways. Which way depends on the request and the number
/// of its try alone, so that a run meets the same faults whenever it is started.
/// </summary>
internal sealed class FaultyEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<JsonObject, string> answer;
    private readonly Func<string, int, EndpointFault> fault;
    private readonly ConcurrentDictionary<string, int> tries = new();
    private readonly ConcurrentQueue<EndpointCall> calls = [];
    private readonly CancellationTokenSource stop = new();
    private int inFlight;
    private int mostInFlight;

    /// <param name="answer">Gives the text that answers a request's body.</param>
    /// <param name="fault">Chooses how a try is treated, by the request's hash and the try's number; null for no faults.</param>
    public FaultyEndpoint(Func<JsonObject, string> answer, Func<string, int, EndpointFault>? fault = null)
    {
        this.answer = answer;
        this.fault = fault ?? ((_, _) => EndpointFault.None);
        Address = Listen();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public IReadOnlyList<EndpointCall> Calls => [.. calls];

    public int MostInFlight => mostInFlight;

    public void Dispose()
    {
        stop.Cancel();
        listener.Close();
        stop.Dispose();
    }

    private Uri Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = RandomNumberGenerator.GetInt32(20_000, 60_000);
            string prefix = $"http://127.0.0.1:{port}/";
            listener.Prefixes.Clear();
            listener.Prefixes.Add(prefix);
            try
            {
                listener.Start();
                return new Uri(prefix + "v1");
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Another program has the port.
            }
        }
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        int now = Interlocked.Increment(ref inFlight);
        int most;
        while ((most = mostInFlight) < now && Interlocked.CompareExchange(ref mostInFlight, now, most) != most) { }

        using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
        string body = await reader.ReadToEndAsync();
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        int number = tries.AddOrUpdate(hash, 0, (_, before) => before + 1);
        EndpointFault chosen = fault(hash, number);
        EndpointCall call = new(hash, number, chosen);
        calls.Enqueue(call);
        try
        {
            call.Answered = await RespondAsync(context, hash, (JsonObject)JsonNode.Parse(body)!, chosen);
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client is gone.
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    private async Task<bool> RespondAsync(HttpListenerContext context, string id, JsonObject request, EndpointFault chosen)
    {
        HttpListenerResponse response = context.Response;
        switch (chosen)
        {
            case EndpointFault.TooManyRequests:
                response.Headers["Retry-After"] = "0";
                await SendAsync(response, 429, """{"error":{"message":"slow down","type":"rate_limit","code":"rate_limit"}}""");
                return false;
            case EndpointFault.ServerError:
                await SendAsync(response, 500, "boom");
                return false;
            case EndpointFault.Hang:
                await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                return false;
            case EndpointFault.CutBody:
                byte[] whole = Encoding.UTF8.GetBytes(Completion(id, answer(request), "stop"));
                response.ContentType = "application/json";
                response.ContentLength64 = whole.Length;
                await response.OutputStream.WriteAsync(whole.AsMemory(0, whole.Length / 2));
                await response.OutputStream.FlushAsync();
                response.Abort();
                return false;
            case EndpointFault.MalformedJson:
                await SendAsync(response, 200, """{"id":"x","object":"chat.completion","choices":[{"index":0,""");
                return false;
            case EndpointFault.NoChoice:
                await SendAsync(response, 200, """{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}""");
                return false;
            case EndpointFault.Refusal:
                await SendAsync(response, 200, Completion(id, "I'm sorry, but I can't help with that.", "stop"));
                return true;
            case EndpointFault.TooLong:
                string text = answer(request);
                await SendAsync(response, 200, Completion(id, text[..(text.Length / 2)], "length"));
                return true;
            default:
                await SendAsync(response, 200, Completion(id, answer(request), "stop"));
                return true;
        }
    }

    private static string Completion(string id, string text, string finishReason) =>
        JsonSerializer.Serialize(
            new
            {
                id,
                @object = "chat.completion",
                created = 1,
                model = "scripted",
                choices = new[]
                {
                    new
                    {
                        index = 0,
                        message = new { role = "assistant", content = text },
                        finish_reason = finishReason,
                    },
                },
                usage = new
                {
                    prompt_tokens = 100,
                    completion_tokens = 50,
                    total_tokens = 150,
                },
            }
        );

    private static async Task SendAsync(HttpListenerResponse response, int status, string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength64 = bytes.Length;
        await response.OutputStream.WriteAsync(bytes);
        response.Close();
    }
}
