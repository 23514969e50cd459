using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction.Mutations;

/// <summary>Breaks Python programs.</summary>
/// <param name="operators">The mistakes that can be made.</param>
internal sealed class PythonMutations(IReadOnlyList<IMutationOperator> operators) : MutationLanguage(CodeReader.Python)
{
    internal override string Identity => $"{Name}: {string.Join(' ', operators.Select(one => one.Name))}";

    internal override IMutableProgram Parse(string source)
    {
        PythonSource parsed = PythonSource.Parse(source);
        return parsed.Lines.Count == 0 ? throw new FormatException("The source holds no statement.") : new Program(parsed, operators);
    }

    internal override string WriteTrace(TraceRequest request) => PythonTrace.Write(request);

    internal override MutationTrace? ReadTrace(string standardOutput) => PythonTrace.Read(standardOutput);

    private sealed class Program(PythonSource source, IReadOnlyList<IMutationOperator> operators) : IMutableProgram
    {
        public string Text => source.Text;

        public IReadOnlyList<MutationPlaces> FindMutations() =>
            [
                .. operators
                    .Select(one => new MutationPlaces(one.Name, one.Kind, one.IsCommon, [.. one.Find(source)]))
                    .Where(found => found.Places.Count > 0),
            ];

        public string Outline(string? entryPoint) => PythonOutline.Describe(source, entryPoint);

        // A line that an edit ends or starts at counts as well, because the explanation of a mistake quotes its line.
        public IEnumerable<int> LinesOf(TextEdit edit) =>
            source.Lines.Where(line => line.Start <= edit.End && edit.Start <= line.End).Select(line => line.Index);
    }
}
