using System.Text.Json.Serialization;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>How messages to and from the server are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServerProfile))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(TaskReport))]
[JsonSerializable(typeof(Dictionary<string, long>))]
[JsonSerializable(typeof(string[][]))]
internal sealed partial class TaskJson : JsonSerializerContext;
