using Microsoft.Extensions.Logging;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Shows warnings on standard error; the progress line tells the rest.</summary>
internal sealed class ConsoleLog(ProgressLine line) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

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
            line.Close();
            Console.Error.WriteLine("warning: " + formatter(state, exception));
        }
    }
}
