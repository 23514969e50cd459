using Microsoft.Extensions.Logging;

namespace ReflectionCoder.Tests;

/// <summary>Remembers warnings. Thread-safe.</summary>
internal class WarningLog : ILoggerProvider, ILogger
{
    private readonly List<string> messages = [];

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (messages)
            {
                return [.. messages];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
        {
            lock (messages)
            {
                messages.Add(formatter(state, exception));
            }
        }
    }

    public void Dispose() { }
}

/// <summary>The same, for a class that asks for a logger of its own.</summary>
internal sealed class WarningLog<T> : WarningLog, ILogger<T>;
