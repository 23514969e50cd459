using System.Runtime.InteropServices;
using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Context;

public class ContextTests
{
    [Fact]
    public void Threads_CanBeSet()
    {
        var before = get_num_threads();
        Assert.True(before >= 1);
        try
        {
            set_num_threads(2);
            Assert.Equal(2, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Results_OneOrTwoThreads_Agree()
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        Tensor a = Expect.Normal(1, 200, 200), b = Expect.Normal(2, 200, 200);
        try
        {
            set_num_threads(1);
            Tensor one = a.mm(b), sum = a.sum();
            set_num_threads(2);
            Expect.Close(one, a.mm(b), 1e-11);
            Expect.Close(sum, a.sum(), 1e-11);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    public static TheoryData<string> BadCalls => [.. Bad.Keys];

    private static readonly Dictionary<string, Action> Bad = new()
    {
        ["mm shapes"] = () => zeros(2, 3).mm(zeros(2, 3)),
        ["mm dimensions"] = () => zeros(3).mm(zeros(3, 3)),
        ["bmm shapes"] = () => zeros(2, 3, 4).bmm(zeros(2, 3, 4)),
        ["linear shapes"] = () => nn.functional.linear(zeros(2, 3), zeros(4, 5)),
        ["mm types"] = () => zeros(2, 2).mm(zeros(2, 2, dtype: ScalarType.Float64)),
        ["add shapes"] = () => zeros(2).add(zeros(3)),
        ["view size"] = () => zeros(6).view(4),
        ["reshape size"] = () => zeros(6).reshape(4, 2),
        ["cat shapes"] = () => cat([zeros(2, 2), zeros(3, 3)]),
        ["stack shapes"] = () => stack([zeros(2), zeros(3)]),
        ["narrow range"] = () => zeros(3).narrow(0, 2, 5),
        ["select range"] = () => zeros(3).select(0, 7),
        ["index_select range"] = () => zeros(3, 2).index_select(0, tensor(new long[] { 9 })),
        ["gather range"] = () => zeros(3, 2).gather(1, tensor(new long[] { 9 }).view(1, 1)),
        ["index type"] = () => zeros(3, 2).index_select(0, tensor(new[] { 1f })),
        ["dimension"] = () => zeros(3).softmax(4),
        ["cross entropy class"] = () => nn.functional.cross_entropy(zeros(2, 3), tensor(new long[] { 0, 7 })),
        ["cross entropy shape"] = () => nn.functional.cross_entropy(zeros(2, 3), tensor(new long[] { 0 })),
        ["topk range"] = () => zeros(3).topk(5),
        ["expand"] = () => zeros(3).expand(4),
        ["permute"] = () => zeros(3, 2).permute(0, 0),
        ["copy"] = () => zeros(3).copy_(zeros(2)),
        ["multinomial negative"] = () => tensor(new[] { -1f, 2f }).multinomial(1),
        ["negative size"] = () => zeros(-2),
        ["split sizes"] = () => zeros(5).split([1, 2]),
    };

    [Theory]
    [MemberData(nameof(BadCalls))]
    public void BadCall_ThrowsLibtorchsMessage_AndNothingBreaks(string name)
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsAny<ExternalException>(() => Bad[name]());
        Assert.NotEmpty(error.Message);
        Assert.Equal(3, ones(3).sum().item<float>());
    }

    [Fact]
    public void Cat_NothingOrOne_AsInThePackage()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => cat(Array.Empty<Tensor>()));
        var x = ones(2);
        var alias = cat([x]);
        x.add_(1);
        Expect.Close([2, 2], alias);
    }

    [SkippableFact]
    public void Threads_None_Throws()
    {
        Skip.IfNot(typeof(torch).Assembly.GetName().Name == "ReflectionCoder.Compat.TorchSharp", "the package ends the process here");
        Assert.Throws<ExternalException>(() => set_num_threads(0));
    }

    [Fact]
    public void Message_NamesTheShapes()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => zeros(2, 3).mm(zeros(2, 3)));
        Assert.Contains("2x3", error.Message);
    }

    [Fact]
    public void Cuda_Absent_SaysSo()
    {
        if (cuda.is_available())
        {
            Assert.True(cuda.device_count() > 0);
            return;
        }
        Assert.Equal(0, cuda.device_count());
        Assert.Throws<InvalidOperationException>(() => zeros(1).to(new Device("cuda")));
        Assert.Throws<InvalidOperationException>(() => zeros(1, device: new Device("cuda:0")));
    }

    [SkippableFact]
    public void Cuda_Present_ComputesTheSame()
    {
        Skip.IfNot(cuda.is_available(), "no CUDA device");
        using var scope = NewDisposeScope();
        cuda.manual_seed_all(1);
        Tensor a = Expect.Normal(1, 20, 30), b = Expect.Normal(2, 30, 10);
        Tensor x = a.to(new Device("cuda")).requires_grad_(), y = b.cuda();
        Assert.True(x.is_cuda);
        var product = x.mm(y);
        product.sum().backward();
        cuda.synchronize();
        Expect.Close(a.mm(b), product.cpu(), 1e-10);
        Expect.Close(b.sum(1).expand(20, 30), x.grad!.cpu(), 1e-10);
        Assert.Throws<InvalidOperationException>(() => x.detach().bytes.Length);
        Expect.Close(nn.functional.scaled_dot_product_attention(a.unsqueeze(0), a.unsqueeze(0), a.unsqueeze(0), is_casual: true),
            nn.functional.scaled_dot_product_attention(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0), is_casual: true).cpu(), 1e-8);
    }

    [Fact]
    public void Devices_AreChecked()
    {
        Assert.True(TryInitializeDeviceType(DeviceType.CPU));
        InitializeDeviceType(DeviceType.CPU);
        Assert.Equal(DeviceType.CPU, InitializeDevice(null).type);
        Assert.Equal(cuda.is_available(), TryInitializeDeviceType(DeviceType.CUDA));
        Assert.True(cuda.is_available() || !cuda.is_cudnn_available());
        Assert.NotEmpty(__version__);
        Assert.True(get_num_interop_threads() >= 1);
        set_default_device("cpu");
        Assert.Equal(DeviceType.CPU, get_default_device().type);
    }

    [Fact]
    public void CudaSwitches_KeepWhatWasSet()
    {
        var before = backends.cuda.matmul.allow_tf32;
        backends.cuda.matmul.allow_tf32 = !before;
        Assert.Equal(!before, backends.cuda.matmul.allow_tf32);
        backends.cuda.matmul.allow_tf32 = before;
        var reduced = backends.cuda.matmul.allow_fp16_reduced_precision_reduction;
        backends.cuda.matmul.allow_fp16_reduced_precision_reduction = reduced;
        Assert.Equal(reduced, backends.cuda.matmul.allow_fp16_reduced_precision_reduction);
        var tf32 = backends.cudnn.allow_tf32;
        backends.cudnn.allow_tf32 = tf32;
        Assert.Equal(tf32, backends.cudnn.allow_tf32);
        backends.cuda.enable_flash_sdp(backends.cuda.flash_sdp_enabled());
        backends.cuda.enable_math_sdp(true);
        Assert.True(backends.cuda.math_sdp_enabled());
    }
}
