namespace ReflectionCoder.Construction;

/// <summary>What a failed run of a program says: the parts of a traceback, of a compiler's error, or of a failed test.</summary>
/// <param name="Type">
/// Type of the exception, such as <c>AssertionError</c> or <c>System.InvalidOperationException</c>; number of the compiler's error, such as
/// <c>CS1002</c>.
/// </param>
/// <param name="Message">The message, its first line if it has several; empty if there is none.</param>
/// <param name="Statement">
/// The outermost line of the program in the traceback, such as a test; the wrong line of a program that can't be read. Empty if no line is
/// known.
/// </param>
/// <param name="Raised">
/// The innermost line of the program in the traceback. Equal to <paramref name="Statement"/> if the error didn't happen in a function.
/// </param>
public sealed record ErrorReport(string Type, string Message, string Statement, string Raised)
{
    /// <summary><c>Type: Message</c>, or the type alone if there is no message.</summary>
    public string Headline => Message.Length == 0 ? Type : $"{Type}: {Message}";

    /// <summary>Whether the program could not be read or compiled, and so didn't run. The default value is false.</summary>
    public bool IsSyntaxError { get; init; }

    /// <summary>Whether a test failed, and no other statement. The default value is false.</summary>
    public bool IsFailedTest { get; init; }

    /// <summary>The value that the failed test got, if the output shows it in one line. The default value is null.</summary>
    public string? Actual { get; init; }

    /// <summary>The value that the failed test expected, if the output shows it in one line. The default value is null.</summary>
    public string? Expected { get; init; }
}
