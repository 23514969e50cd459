namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>A language of MultiPL-E's files.</summary>
/// <param name="Sandbox">Its name in the sandbox; the file's own name if the sandbox doesn't have it.</param>
/// <param name="Shown">Its name in the paper's instruction; for languages that the paper doesn't use, its usual name.</param>
internal sealed record MultiPlELanguage(string Sandbox, string Shown)
{
    /// <summary>An answer is cut where the last of these texts starts, before the file's own stop tokens are looked for.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether the file's own stop tokens cut an answer too. The default value is true.</summary>
    public bool UsesStopTokens { get; init; } = true;

    /// <summary>What is put after an answer, because a stop cut it off. The default value is empty.</summary>
    public string Closing { get; init; } = "";

    /// <summary>Finds a language by its name in the files, which is mostly the extension of its source files.</summary>
    public static MultiPlELanguage Find(string name) =>
        name switch
        {
            // The names, stops and closings of these nine are the paper's.
            "cpp" => new("cpp", "C++") { Stops = ["\nint main"] },
            "cs" => new("csharp", "CSharp"),
            "java" => new("java", "Java"),
            "js" or "javascript" => new("javascript", "Javascript")
            {
                Stops = ["\n}"],
                UsesStopTokens = false,
                Closing = "\n}",
            },
            "php" => new("php", "PHP")
            {
                Stops = ["\n}"],
                UsesStopTokens = false,
                Closing = "\n}",
            },
            "ts" => new("typescript", "Typescript") { Stops = ["\n}"], Closing = "\n}" },
            "sh" => new("bash", "Bash"),
            "swift" => new("swift", "Swift"),
            "rs" or "rust" => new("rust", "Rs") { Stops = ["\nfn main()"] },
            "go" or "go_test.go" => new("go", "Go"),
            "py" or "python" or "notypes.py" => new("python", "Python"),
            "rb" => new("ruby", "Ruby"),
            "jl" or "julia" => new("julia", "Julia"),
            "pl" => new("perl", "Perl"),
            "r" => new("r", "R"),
            "rkt" or "racket" => new("racket", "Racket"),
            "d" or "humaneval_to_dlang.py" => new("d", "D"),
            "lua" => new("lua", "Lua"),
            "scala" => new("scala", "Scala"),
            _ => new(name, name),
        };
}
