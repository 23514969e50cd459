using System.CommandLine;

namespace ReflectionCoder.Samples;

/// <summary>How the samples take their arguments.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command; wrong arguments are named in one line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync("error: " + string.Join(" ", parsed.Errors.Select(error => error.Message)) + " See --help.");
            return ExitCode.Usage;
        }

        // Stopping takes as long as there is something to write: the parser's own handling of Ctrl-C would cut it short (StopSignal).
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
