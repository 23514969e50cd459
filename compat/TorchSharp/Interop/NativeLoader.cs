using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// Loads the shim (and libtorch with it) on the first torch call. Before that it sets up the process for libtorch's thread pools,
/// because they read their environment once, when they are loaded.
/// </summary>
internal static partial class NativeLoader
{
    /// <summary>Set to 1, the environment keeps its OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE.</summary>
    internal const string KeepBlasEnvironment = "REFLECTIONCODER_KEEP_BLAS_ENV";

    private static readonly Lock Gate = new();
    private static nint handle;

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, static (name, assembly, path) =>
        name == Native.Library ? Load() : 0);

    private static nint Load()
    {
        lock (Gate)
        {
            if (handle != 0) return handle;
            PrepareEnvironment();
            var file = $"lib{Native.Library}.so";
            var tried = new List<string>();
            foreach (var folder in (string[])[AppContext.BaseDirectory, Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location) ?? ""])
            {
                var path = Path.Combine(folder, file);
                if (folder.Length == 0 || tried.Contains(path)) continue;
                tried.Add(path);
                if (!File.Exists(path)) continue;
                try
                {
                    return handle = NativeLibrary.Load(path);
                }
                catch (DllNotFoundException e)
                {
                    throw new LibTorchNotFoundException($"{path} was built, but could not be loaded: {e.Message}", e);
                }
            }
            throw new LibTorchNotFoundException($"{string.Join(" and ", tried)} do not exist: the build found no C++ compiler or no libtorch.", null);
        }
    }

    /// <summary>
    /// Waiting OpenMP threads spin for some tens of microseconds and then sleep: spinning on slows a shared machine, sleeping at once doubles
    /// the step of a small model where a sleeping processor wakes slowly, as in virtual machines. OpenBLAS picks the kernels of the processor
    /// it runs on. Environment.SetEnvironmentVariable does not reach native getenv, hence libc.
    /// </summary>
    private static unsafe void PrepareEnvironment()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) SetEnv("GOMP_SPINCOUNT"u8, "20000"u8);
        if (Environment.GetEnvironmentVariable(KeepBlasEnvironment) == "1") return;
        UnsetEnv("OPENBLAS_CORETYPE"u8);
        UnsetEnv("OPENBLAS_L2_SIZE"u8);

        static void SetEnv(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            fixed (byte* n = name, v = value) _ = setenv(n, v, 0);
        }

        static void UnsetEnv(ReadOnlySpan<byte> name)
        {
            fixed (byte* n = name) _ = unsetenv(n);
        }
    }

    [DllImport("libc")] private static extern unsafe int setenv(byte* name, byte* value, int overwrite);

    [DllImport("libc")] private static extern unsafe int unsetenv(byte* name);
}

/// <summary>libtorch, or the shim that binds it, is not there.</summary>
internal sealed class LibTorchNotFoundException(string reason, Exception? inner) : DllNotFoundException(
    reason + " Two ways out: install g++ and libtorch (on Debian: apt-get install g++ libtorch-dev libopenblas0-openmp; elsewhere unpack " +
    "libtorch and set LIBTORCH, or install PyTorch for python3) and build again; or build with -p:ReflectionCoderFlavor=packages, which " +
    "takes TorchSharp and libtorch from NuGet.", inner);
