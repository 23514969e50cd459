namespace ReflectionCoder.Sandbox;

/// <summary>How a run ended, judged by what the sandbox saw and never by what the program printed.</summary>
public enum SandboxOutcome
{
    /// <summary>The program ended with exit code 0.</summary>
    Passed,

    /// <summary>The program ended with another exit code.</summary>
    Failed,

    /// <summary>The program wasn't compiled: the compiler refused it, or reached a limit of its own. The program didn't run.</summary>
    CompileError,

    /// <summary>A signal ended the program, such as SIGSEGV or SIGABRT, and the sandbox didn't send it.</summary>
    Crashed,

    /// <summary>The program used more processor time than <see cref="SandboxLimits.CpuTime"/>.</summary>
    CpuTimeExceeded,

    /// <summary>The program ran for longer than <see cref="SandboxLimits.WallTime"/>, and was stopped.</summary>
    WallTimeExceeded,

    /// <summary>The program held more memory than <see cref="SandboxLimits.MemoryBytes"/>, or the system ran out of memory.</summary>
    OutOfMemory,

    /// <summary>The program printed far more than <see cref="SandboxLimits.OutputBytes"/>, and was stopped.</summary>
    OutputLimitExceeded,

    /// <summary>The machine lacks the language's compiler or interpreter. Nothing ran; says nothing about the program.</summary>
    ToolchainMissing,

    /// <summary>The sandbox or the system failed, several times in a row. Says nothing about the program.</summary>
    SandboxFailure,
}
