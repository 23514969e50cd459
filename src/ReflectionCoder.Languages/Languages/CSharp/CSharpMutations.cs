using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.Mistakes;

namespace ReflectionCoder.Languages.CSharp;

/// <summary>Breaks C# programs.</summary>
internal sealed class CSharpMutations() : ParsedMutations<CSharpProgram>(new CSharpReader())
{
    internal override IReadOnlyList<MistakeFinder<CSharpProgram>> Operators => CSharpOperators.All;

    internal override CSharpProgram Read(string source) => CSharpModelBuilder.Read(source);

    internal override string WriteTrace(TraceRequest request) => CSharpTrace.Write(request);

    internal override MutationTrace? ReadTrace(string standardOutput) => CSharpTrace.Read(standardOutput);
}
