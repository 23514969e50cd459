using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>One step of a program: compiling it, or running it.</summary>
/// <param name="Language">The program's language.</param>
/// <param name="Line">The program to execute, as full path, and its arguments.</param>
/// <param name="Fork">Whether to run the source in a copy of the server's interpreter instead.</param>
/// <param name="Limits">Limits of the step.</param>
/// <param name="Files">The archive that the work folder begins with.</param>
/// <param name="StandardInput">Standard input; null for none.</param>
/// <param name="Kept">Where an archive of the work folder is written if the step passes; null for none.</param>
internal sealed record TaskCommand(
    SandboxLanguage Language,
    IReadOnlyList<string> Line,
    bool Fork,
    SandboxLimits Limits,
    SafeFileHandle Files,
    string? StandardInput = null,
    SafeFileHandle? Kept = null
)
{
    /// <summary>The request to the server.</summary>
    public TaskRequest ToRequest(long id)
    {
        var environment = new Dictionary<string, string>(BubblewrapCommand.Environment);
        foreach ((string name, string value) in Language.Environment)
        {
            environment[name] = value;
        }

        return new TaskRequest(id, Fork, Language.UsesEpoll, Language.SourceFile, Line, environment, TaskLimits.Of(Limits, Language));
    }
}
