using Microsoft.Extensions.AI;
using ReflectionCoder.Construction.Chat;

namespace ReflectionCoder.Tests.Construction.Chat;

public sealed class ChatAuthorIdentityTests
{
    [Fact]
    public void Identity_AddressWithSecrets_LeavesThemOut()
    {
        using Described client = new(new Uri("https://user:secret@models.example:8443/v1?key=secret#secret"));
        string identity = new ChatAuthor(client, new ScriptedSandbox(_ => ScriptedSandbox.Passed())).Identity;

        Assert.Contains("model m of maker at https://models.example:8443/v1, ", identity, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", identity, StringComparison.Ordinal);
    }

    private sealed class Described(Uri address) : DelegatingChatClient(new ScriptedChatClient())
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("maker", address, "m") : null;
    }
}
