namespace ReflectionCoder.Files;

/// <summary>Compares the paths of folders; the folders need not exist.</summary>
internal static class FolderPath
{
    /// <summary>
    /// Whether two paths name one folder: relative or full, with or without a separator behind, in the letter case that the system's paths
    /// differ in. Links aren't followed.
    /// </summary>
    public static bool IsSame(string one, string other) => Path.GetRelativePath(one, other) == ".";
}
