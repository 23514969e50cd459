namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Files that lie beside a program and are part of the library.</summary>
internal static class LanguageFiles
{
    /// <summary>Reads a file of the folder Helpers.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(LanguageFiles).Assembly.GetManifestResourceStream(
            $"ReflectionCoder.Sandbox.Languages.Helpers.{name}"
        )!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
