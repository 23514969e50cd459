using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using TorchSharp;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class DeviceMemoryTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Available_Cpu_IsMoreThanThisProcessHolds() =>
        Assert.InRange(DeviceMemory.Available(DeviceType.CPU)!.Value, Environment.WorkingSet / 2, 1L << 50);

    [Fact]
    public void Available_Cuda_IsNotKnown() => Assert.Null(DeviceMemory.Available(DeviceType.CUDA));

    [Fact]
    public void SystemAvailable_ReadsMemAvailable() =>
        Assert.Equal(
            12_345L * 1024,
            DeviceMemory.SystemAvailable(Write("meminfo", "MemTotal:   99999 kB\nMemFree:  1 kB\nMemAvailable:   12345 kB\n"))
        );

    [Fact]
    public void SystemAvailable_NoSuchFile_IsNotKnown() => Assert.Null(DeviceMemory.SystemAvailable(folder["absent"]));

    [Fact]
    public void GroupAvailable_Version2_TakesTheTightestOfTheGroupAndThoseAround()
    {
        string membership = Write("cgroup", "0::/outer/inner\n");
        Write("root/outer/inner/memory.max", "max\n");
        Write("root/outer/inner/memory.current", "70\n");
        Write("root/outer/memory.max", "1000\n");
        Write("root/outer/memory.current", "400\n");
        Assert.Equal(600, DeviceMemory.GroupAvailable(membership, folder["root"]));
        Write("root/outer/inner/memory.max", "100\n");
        Assert.Equal(30, DeviceMemory.GroupAvailable(membership, folder["root"]));
        Write("root/outer/inner/memory.current", "170\n");
        Assert.Equal(0, DeviceMemory.GroupAvailable(membership, folder["root"]));
    }

    [Fact]
    public void GroupAvailable_Version1_ReadsTheMemoryController()
    {
        string membership = Write("cgroup", "5:cpu,cpuacct:/a\n4:memory:/a\n");
        Write("root/memory/a/memory.limit_in_bytes", "1000\n");
        Write("root/memory/a/memory.usage_in_bytes", "250\n");
        Assert.Equal(750, DeviceMemory.GroupAvailable(membership, folder["root"]));
    }

    [Fact]
    public void GroupAvailable_NoLimit_IsNotKnown() => Assert.Null(DeviceMemory.GroupAvailable(Write("cgroup", "0::/\n"), folder["root"]));

    private string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllText(folder[name], text);
        return folder[name];
    }
}
