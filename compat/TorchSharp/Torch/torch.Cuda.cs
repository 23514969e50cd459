using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    private enum CudaSwitch
    {
        MatmulTf32 = 0,
        MatmulFp16Reduction = 1,
        CudnnTf32 = 2,
        FlashAttention = 3,
        MathAttention = 4,
    }

    private static unsafe bool Get(CudaSwitch which)
    {
        int on;
        Native.Check(Native.rc_cuda_switch((int)which, &on));
        return on != 0;
    }

    private static void Set(CudaSwitch which, bool value) => Native.Check(Native.rc_set_cuda_switch((int)which, value ? 1 : 0));

    /// <summary>NVIDIA devices.</summary>
    public static partial class cuda
    {
        public static unsafe bool is_available()
        {
            int available;
            Native.Check(Native.rc_cuda_is_available(&available));
            return available != 0;
        }

        public static unsafe bool is_cudnn_available()
        {
            int available;
            Native.Check(Native.rc_cudnn_is_available(&available));
            return available != 0;
        }

        public static unsafe int device_count()
        {
            int count;
            Native.Check(Native.rc_cuda_device_count(&count));
            return count;
        }

        /// <summary>Seeds the current device's generator; without CUDA nothing happens.</summary>
        public static void manual_seed(long seed)
        {
            if (is_available()) Native.Check(Native.rc_cuda_seed(unchecked((ulong)seed)));
        }

        /// <summary>Seeds every device's generator; without CUDA nothing happens.</summary>
        public static void manual_seed_all(long seed)
        {
            if (is_available()) Native.Check(Native.rc_cuda_seed_all(unchecked((ulong)seed)));
        }

        /// <summary>Waits until the device has done all it was given.</summary>
        public static void synchronize(Device? device = null)
        {
            InitializeDeviceType(DeviceType.CUDA);
            Native.Check(Native.rc_cuda_synchronize(device?.index ?? -1));
        }
    }

    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                /// <summary>Whether float32 products may use TF32 units.</summary>
                public static bool allow_tf32
                {
                    get => Get(CudaSwitch.MatmulTf32);
                    set => Set(CudaSwitch.MatmulTf32, value);
                }

                public static bool allow_fp16_reduced_precision_reduction
                {
                    get => Get(CudaSwitch.MatmulFp16Reduction);
                    set => Set(CudaSwitch.MatmulFp16Reduction, value);
                }
            }

            public static bool flash_sdp_enabled() => Get(CudaSwitch.FlashAttention);

            public static void enable_flash_sdp(bool enable) => Set(CudaSwitch.FlashAttention, enable);

            public static bool math_sdp_enabled() => Get(CudaSwitch.MathAttention);

            public static void enable_math_sdp(bool enable) => Set(CudaSwitch.MathAttention, enable);
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => Get(CudaSwitch.CudnnTf32);
                set => Set(CudaSwitch.CudnnTf32, value);
            }
        }
    }
}
