namespace ReflectionCoder.Tests;

/// <summary>Finds the repository and the measured material that may lie beside it.</summary>
internal static class RepositoryFolder
{
    /// <summary>Full path of the repository that the tests were built in.</summary>
    public static string Path { get; } = Find();

    /// <summary>A folder of material: where the environment variable says, else <c>../shared/NAME</c>; null when it is not there.</summary>
    public static string? Material(string variable, string name)
    {
        string? named = Environment.GetEnvironmentVariable(variable);
        string folder = System.IO.Path.GetFullPath(
            string.IsNullOrEmpty(named) ? System.IO.Path.Combine(Path, "..", "shared", name) : named
        );
        return Directory.Exists(folder) ? folder : null;
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ReflectionCoder.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("No ReflectionCoder.sln above the tests.");
    }
}
