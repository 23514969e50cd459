using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A random number generator of libtorch.</summary>
    public unsafe class Generator : IDisposable
    {
        internal Generator(IntPtr nativeHandle)
        {
            Handle = nativeHandle;
            device = CPU;
        }

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = InitializeDevice(device ?? CPU);
            nint created;
            Native.Check(Native.rc_generator_new(seed, (int)this.device.type, this.device.index, &created));
            Handle = created;
        }

        ~Generator() => Dispose(false);

        public IntPtr Handle { get; private set; }

        public Device device { get; private set; }

        /// <summary>The CPU's default generator.</summary>
        public static Generator Default
        {
            get
            {
                nint created;
                Native.Check(Native.rc_generator_default(&created));
                return new Generator(created);
            }
        }

        /// <summary>The whole state as bytes.</summary>
        public Tensor get_state()
        {
            nint state;
            Native.Check(Native.rc_generator_state(Handle, &state));
            GC.KeepAlive(this);
            return Tensor.FromHandle(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.rc_generator_set_state(Handle, value is null ? 0 : value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.rc_generator_seed(Handle, unchecked((ulong)seed)));
            return this;
        }

        /// <summary>Seeds from the clock and returns the seed.</summary>
        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        public long initial_seed()
        {
            ulong seed;
            Native.Check(Native.rc_generator_initial_seed(Handle, &seed));
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Handle;
            Handle = IntPtr.Zero;
            if (owned != IntPtr.Zero) Native.rc_generator_delete(owned);
        }
    }

    /// <summary>Seeds the CPU's generator. For CUDA see <see cref="cuda.manual_seed_all"/>.</summary>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static long seed() => random.seed();

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The CPU's default generator.</summary>
    public static partial class random
    {
        public static long seed()
        {
            using var generator = Generator.Default;
            return generator.seed();
        }

        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }
}
