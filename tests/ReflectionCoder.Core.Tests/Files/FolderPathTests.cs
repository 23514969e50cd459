using ReflectionCoder.Files;

namespace ReflectionCoder.Tests.Files;

public sealed class FolderPathTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a/", "a", true)]
    [InlineData("a", "./b/../a/", true)]
    [InlineData("a", "a/b", false)]
    [InlineData("a/b", "a", false)]
    [InlineData("a", "ab", false)]
    public void IsSame_Paths_AreComparedAsFolders(string one, string other, bool same)
    {
        Assert.Equal(same, FolderPath.IsSame(one, other));
        Assert.Equal(same, FolderPath.IsSame(Path.GetFullPath(one), other));
        Assert.Equal(same, FolderPath.IsSame(one, Path.GetFullPath(other)));
    }
}
