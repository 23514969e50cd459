namespace ReflectionCoder.Files;

/// <summary>Compares the paths of folders; the folders need not exist.</summary>
internal static class FolderPath
{
    /// <summary>
    /// Whether two paths name the same folder. Paths may be relative or full, and may end with a separator. Upper and lower case differ
    /// only
    /// where the system distinguishes them. Links aren't followed.
    /// </summary>
    public static bool IsSame(string one, string other) => Path.GetRelativePath(one, other) == ".";
}
