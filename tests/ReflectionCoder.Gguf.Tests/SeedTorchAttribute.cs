using System.Reflection;
using TorchSharp;
using Xunit.v3;

namespace ReflectionCoder.Tests;

/// <summary>Tests that draw numbers without a seed of their own draw the same ones in every run, whatever ran before.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class SeedTorchAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => torch.manual_seed(3407).Dispose();
}
