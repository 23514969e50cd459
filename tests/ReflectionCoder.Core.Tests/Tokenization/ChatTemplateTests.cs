using System.Text.Json.Nodes;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>The template that is saved, rendered by Jinja2, against what the tokenizer writes itself.</summary>
public sealed class ChatTemplateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Save_ChatTemplate_RendersWhatIsTrained(bool namesBos)
    {
        CodeTokenizer tokenizer = Saved(namesBos);
        SampleTokenizer samples = new(tokenizer);
        Random random = new(11);
        for (int i = 0; i < 6; i++)
        {
            Conversation drawn = RandomConversations.Next(random);
            Message question = new(MessageRole.User, [new Block(BlockType.Text, " \n{{ q }}{% é ")]);
            Message answer = new(MessageRole.Assistant, [new Block(BlockType.Code, "\n")]);
            Conversation conversation = drawn with { Messages = [.. drawn.Messages, question, answer] };
            string begin = tokenizer.Decode([tokenizer.BosTokenId]);
            Assert.Equal(
                begin + SampleTokenizer.Render(conversation) + tokenizer.Decode([tokenizer.EosTokenId]),
                Render([.. conversation.Messages.Select(message => Typed(message, "content"))], prompt: false)
            );
            Assert.Equal(
                begin + SampleTokenizer.Render(conversation) + "<|assistant|><|text|>",
                Render([.. conversation.Messages.Select(message => Typed(message, "text"))], prompt: true)
            );
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Save_ChatTemplate_RendersTheOneOffPrompt(bool namesBos)
    {
        CodeTokenizer tokenizer = Saved(namesBos);
        const string instruction = "  Write `f`.\n\n{%- if x -%}\n";
        int[] expected = new SampleTokenizer(tokenizer).EncodePrompt(instruction);
        string text = Render([Plain("user", instruction)], prompt: true);
        Assert.Equal(tokenizer.Decode(expected), text);
        Assert.Equal(expected, tokenizer.EncodeWithSpecialTokens(text));
    }

    [Fact]
    public void Save_ChatTemplate_PutsSystemMessagesInFrontOfTheUsersFirst()
    {
        Saved(namesBos: true);
        const string answered =
            "<|endofblock|><|endofmessage|><|assistant|><|text|>a<|endofblock|><|endofmessage|>"
            + "<|user|><|text|>again<|endofblock|><|endofmessage|>";
        Assert.Equal(
            "<|bos|><|user|><|text|>One.\n\nTwo.\n\nq" + answered + "<|assistant|><|text|>",
            Render(
                [Plain("system", "One."), Plain("user", "q"), Plain("assistant", "a"), Plain("system", "Two."), Plain("user", "again")],
                prompt: true
            )
        );
        JsonObject blocks = new() { ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "q" }) };
        Assert.Equal(
            "<|bos|><|user|><|text|>One.\n\nq<|endofblock|><|endofmessage|>",
            Render([Plain("system", "One."), blocks], prompt: false)
        );
    }

    [Fact]
    public void Save_ChatTemplate_RefusesWhatTheFormatHasNot()
    {
        Saved(namesBos: true);
        Assert.Contains("'tool' is no role", Refused(Plain("user", "q"), Plain("tool", "4")));
        Assert.Contains("no system message", Refused(Plain("system", "Be brief.")));
        JsonObject image = new() { ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "image", ["text"] = "" }) };
        Assert.Contains("'image' is no block", Refused(image));
    }

    [Fact]
    public void Save_TemplatesThatWereThere_AreReplaced()
    {
        Saved(
            namesBos: true,
            config => config["chat_template"] = new JsonArray(new JsonObject { ["name"] = "default", ["template"] = "foreign" })
        );
        File.WriteAllText(folder.File("chat_template.jinja"), "foreign");
        File.WriteAllText(folder.File("chat_template.json"), """{"chat_template":"foreign"}""");
        Directory.CreateDirectory(folder.File("additional_chat_templates"));
        File.WriteAllText(Path.Combine(folder.File("additional_chat_templates"), "tool_use.jinja"), "foreign");
        CodeTokenizer.Load(folder.Path).Save(folder.Path);
        string template = File.ReadAllText(folder.File("chat_template.jinja"));
        Assert.Contains("<|endofmessage|>", template);
        Assert.Equal(template, (string)Json("tokenizer_config.json")["chat_template"]!);
        Assert.Equal(
            ["chat_template.jinja", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Save_BosAndPadThatTheFilesDoNotName_StayUnnamed(bool asNull)
    {
        CodeTokenizer before = Saved(
            namesBos: true,
            config =>
            {
                foreach (string name in (string[])["bos_token", "pad_token"])
                {
                    config.Remove(name);
                    if (asNull)
                    {
                        config[name] = null;
                    }
                }
            }
        );
        Assert.Equal(
            (before.EosTokenId, before.EosTokenId, false, false),
            (before.BosTokenId, before.PadTokenId, before.HasBosToken, before.HasPadToken)
        );
        for (int save = 0; save < 2; save++)
        {
            CodeTokenizer.Load(folder.Path).Save(folder.Path);
            JsonObject config = Json("tokenizer_config.json");
            foreach (string name in (string[])["bos_token", "pad_token"])
            {
                Assert.Null(config[name]);
                Assert.Equal(asNull, config.ContainsKey(name));
                Assert.False(Json("special_tokens_map.json").ContainsKey(name));
            }

            Assert.Equal("<|eos|>", (string)config["eos_token"]!);
            Assert.StartsWith("{{- eos_token -}}", File.ReadAllText(folder.File("chat_template.jinja")));
        }

        CodeTokenizer after = CodeTokenizer.Load(folder.Path);
        Assert.Equal((before.BosTokenId, before.PadTokenId), (after.BosTokenId, after.PadTokenId));
    }

    private static JsonObject Plain(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static JsonObject Typed(Message message, string key) =>
        new()
        {
            ["role"] = message.Role == MessageRole.User ? "user" : "assistant",
            ["content"] = new JsonArray([
                .. message.Content.Select(block =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["type"] = block.Type switch
                            {
                                BlockType.Text => "text",
                                BlockType.Code => "code",
                                _ => "execution",
                            },
                            [key] = block.Content,
                        }
                ),
            ]),
        };

    private CodeTokenizer Saved(bool namesBos, Action<JsonObject>? change = null)
    {
        CodeTokenizer.CreateByteLevel().Save(folder.Path);
        File.Delete(folder.File("special_tokens_map.json"));
        JsonObject config = Json("tokenizer_config.json");
        if (!namesBos)
        {
            config["bos_token"] = null;
        }

        change?.Invoke(config);
        File.WriteAllText(folder.File("tokenizer_config.json"), config.ToJsonString());
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
        if (change is null)
        {
            tokenizer.Save(folder.Path);
        }

        return tokenizer;
    }

    private JsonObject Json(string name) => JsonNode.Parse(File.ReadAllText(folder.File(name)))!.AsObject();

    private string Render(JsonArray messages, bool prompt)
    {
        Assert.SkipUnless(JinjaOracle.IsAvailable, JinjaOracle.Reason);
        (string? text, string? error) = JinjaOracle.Render(folder.Path, messages, prompt);
        Assert.Null(error);
        return text!;
    }

    private string Refused(params JsonObject[] messages)
    {
        Assert.SkipUnless(JinjaOracle.IsAvailable, JinjaOracle.Reason);
        return JinjaOracle.Render(folder.Path, [.. messages], addGenerationPrompt: true).Error!;
    }
}
