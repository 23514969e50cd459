using ReflectionCoder.Modeling;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>What a user reads where torch can't be loaded. The loader's words are those of .NET 10 on each system, shortened.</summary>
public sealed class TorchDiagnosisTests
{
    private const string NotFound =
        "/app/runtimes/linux-x64/native/LibTorchSharp.so: cannot open shared object file: No such file or directory\n";

    private static readonly TorchPlatform Linux = new("linux-x64", "libtorch-cpu-linux-x64", "2.10.0", HasEngine: true, HasWrapper: true);

    [Fact]
    public void Explain_NoBackend_NamesThePackageOfThisPlatform()
    {
        string message = TorchDiagnosis.Explain(
            NotFound + "libtorch.so: cannot open shared object file: No such file or directory",
            Linux with
            {
                HasEngine = false,
            }
        );
        Assert.Contains("no libtorch beside the application", message);
        Assert.Contains("libtorch-cpu-linux-x64 2.10.0", message);
        Assert.Contains("TorchSharp-cuda-linux", message);
    }

    [Fact]
    public void Explain_OlderCxxRuntime_NamesTheBuildStepAndTheSystems()
    {
        string message = TorchDiagnosis.Explain(
            NotFound
                + "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by "
                + "/app/runtimes/linux-x64/native/libLibTorchSharp.so)",
            Linux
        );
        Assert.Contains("libstdc++.so.6 has no version GLIBCXX_3.4.32", message);
        Assert.Contains("ReflectionCoderMendTorchSharp", message);
    }

    [Fact]
    public void Explain_OlderSystemStill_SaysWhichWouldDo()
    {
        string message = TorchDiagnosis.Explain(
            "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by "
                + "/app/runtimes/linux-x64/native/libLibTorchSharp.so)",
            Linux
        );
        Assert.Contains("libc.so.6 has no version GLIBC_2.34", message);
        Assert.Contains("Debian 12", message);
        Assert.DoesNotContain("ReflectionCoderMendTorchSharp", message);
    }

    [Fact]
    public void Explain_SystemLibraryMissing_NamesIt() =>
        Assert.Contains(
            "the system has no libgomp.so.1,",
            TorchDiagnosis.Explain(NotFound + "libgomp.so.1: cannot open shared object file: No such file or directory", Linux)
        );

    [Fact]
    public void Explain_PublishedForAnotherPlatform_SaysSo() =>
        Assert.Contains("publish the application for linux-x64", TorchDiagnosis.Explain(NotFound, Linux with { HasWrapper = false }));

    [Fact]
    public void Explain_PlatformWithoutTorch_NamesThoseThatHaveIt() =>
        Assert.Contains(
            "no native library for linux-arm64",
            TorchDiagnosis.Explain(NotFound, new TorchPlatform("linux-arm64", null, "2.10.0", HasEngine: false, HasWrapper: false))
        );

    [Fact]
    public void Explain_WindowsTellsNothing_NamesTheRuntimeThatIsMostOftenMissing() =>
        Assert.Contains(
            "Visual C++ Redistributable",
            TorchDiagnosis.Explain(
                "Unable to load DLL 'LibTorchSharp' or one of its dependencies: The specified module could not be found. (0x8007007E)",
                new TorchPlatform("win-x64", "libtorch-cpu-win-x64", "2.10.0", HasEngine: true, HasWrapper: true)
            )
        );

    [Fact]
    public void Explain_AllThereButUnloadable_SaysToBuildAnew() =>
        Assert.Contains(
            "damaged or of another version",
            TorchDiagnosis.Explain("/app/runtimes/linux-x64/native/libLibTorchSharp.so: file too short", Linux)
        );

    [Fact]
    public void Current_WhereTheTestsRun_HasBothLibraries()
    {
        TorchPlatform platform = TorchPlatform.Current();
        Assert.True(platform is { HasEngine: true, HasWrapper: true, BackendPackage: not null }, platform.ToString());
        TorchRuntime.EnsureAvailable(); // and again does nothing
        TorchRuntime.EnsureAvailable();
    }
}
