using ReflectionCoder.Languages.Mistakes;

namespace ReflectionCoder.Languages.JavaScript;

/// <summary>Breaks JavaScript programs.</summary>
internal sealed class JavaScriptMutations() : ParsedMutations<JavaScriptProgram>(new JavaScriptReader())
{
    internal override IReadOnlyList<MistakeFinder<JavaScriptProgram>> Operators => JavaScriptOperators.All;

    internal override JavaScriptProgram Read(string source) => JavaScriptModelBuilder.Read(source);
}
