using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.CSharp;
using ReflectionCoder.Languages.JavaScript;

namespace ReflectionCoder.Languages;

/// <summary>The languages of this package, each read by a real parser. A mutation author takes them to break programs in them.</summary>
public static class ProgrammingLanguages
{
    /// <summary>C#, read by Roslyn. Its name is <c>csharp</c>. Programs are one file, with or without top-level statements.</summary>
    public static MutationLanguage CSharp { get; } = new CSharpMutations();

    /// <summary>JavaScript, read by Acornima. Its name is <c>javascript</c>. Programs are scripts or modules.</summary>
    public static MutationLanguage JavaScript { get; } = new JavaScriptMutations();
}
