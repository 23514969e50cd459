using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>A programming language in which a <see cref="MutationAuthor"/> can break programs. Immutable and thread-safe.</summary>
public abstract class MutationLanguage
{
    private protected MutationLanguage(CodeReader code) => Code = code;

    /// <summary>Python, broken by a reader of tokens that the library has itself.</summary>
    public static MutationLanguage Python { get; } = new PythonMutations(MutationOperators.All);

    /// <summary>Name of the language, such as <c>python</c>.</summary>
    public string Name => Code.Language;

    /// <summary>Reads source text of the language.</summary>
    public CodeReader Code { get; }

    /// <summary>
    /// Whatever decides which mistakes are found, such as the names of the operators: two versions that find others must differ in it.
    /// </summary>
    internal abstract string Identity { get; }

    /// <summary>Reads a good program.</summary>
    /// <exception cref="FormatException">The source can't be read; the message says where.</exception>
    internal abstract IMutableProgram Parse(string source);

    /// <summary>
    /// A program that runs a failing call once more, watches the line of the mistake, and prints what it saw. Null if the language has
    /// none.
    /// </summary>
    internal virtual string? WriteTrace(TraceRequest request) => null;

    /// <summary>Reads what the program of <see cref="WriteTrace"/> printed; null if it failed.</summary>
    internal virtual MutationTrace? ReadTrace(string standardOutput) => null;
}

/// <summary>A good program that can be broken. Immutable.</summary>
internal interface IMutableProgram
{
    /// <summary>The source.</summary>
    string Text { get; }

    /// <summary>Finds all mistakes that can be made in the program, by operator, in a fixed order.</summary>
    IReadOnlyList<MutationPlaces> FindMutations();

    /// <summary>
    /// The steps of the program as one phrase in the imperative, such as "go through `items` with a `for` loop and return `total`".
    /// </summary>
    string Outline(string? entryPoint);

    /// <summary>The indices of the statements or lines that an edit touches. Mistakes that touch a common one aren't combined.</summary>
    IEnumerable<int> LinesOf(TextEdit edit);
}

/// <summary>What one operator found in a program.</summary>
/// <param name="Operator">Unique name of the operator in kebab case, such as <c>off-by-one-constant</c>.</param>
/// <param name="Kind">What its mistakes usually lead to.</param>
/// <param name="IsCommon">
/// Whether nearly every program has a place for it. Then it is drawn less often, so that others are drawn too.
/// </param>
/// <param name="Places">The mistakes, in the order of the source; at least one.</param>
internal sealed record MutationPlaces(string Operator, MutationKind Kind, bool IsCommon, IReadOnlyList<Mutation> Places);
