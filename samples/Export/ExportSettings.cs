using ReflectionCoder.Gguf;

namespace ReflectionCoder.Samples.Export;

/// <summary>What the command line asked for.</summary>
/// <param name="Model">Folder of the model; for an import, the GGUF file.</param>
/// <param name="Adapter">Folder of an adapter that is merged; null for none.</param>
/// <param name="Output">The GGUF file; for an import, the folder.</param>
/// <param name="Options">Type and names.</param>
internal sealed record ExportSettings(string Model, string? Adapter, string Output, GgufExportOptions Options)
{
    /// <summary>Whether a GGUF file is turned into a folder.</summary>
    public bool IsImport => IsGguf(Model);

    public static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
