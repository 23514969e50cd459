using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A base with a chat template of its own, in all the places where transformers looks for one, and without a bos.</summary>
public sealed class SavedTemplateTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_BaseWithAForeignTemplate_SavesTheTrainingFormat(bool lora)
    {
        SaveBase();
        string[] run =
        [
            "--model",
            folder["base"],
            "--train",
            folder["train.jsonl"],
            "--output",
            folder["out"],
            "--max-steps",
            "2",
            "--save-steps",
            "1",
            "--per-device-train-batch-size",
            "2",
            "--gradient-accumulation-steps",
            "1",
            "--threads",
            "2",
            "--device",
            "cpu",
            .. lora ? (string[])["--lora-rank", "2", "--merge", folder["merged"]] : [],
        ];
        FineTuneResult result = FineTuneProcess.Run(run);
        Assert.True(result.ExitCode == 0, result.Errors);
        CodeTokenizer tokenizer = CodeTokenizer.Load(folder["base"]);
        const string instruction = "Write f.\n{{ x }}";
        Conversation conversation = TinyRun.Reflection(3);
        foreach (
            string saved in (string[])
                [folder["out"], Path.Combine(folder["out"], "checkpoint-1"), .. lora ? (string[])[folder["merged"]] : []]
        )
        {
            JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "tokenizer_config.json")))!.AsObject();
            Assert.True(config.ContainsKey("bos_token"));
            Assert.Null(config["bos_token"]);
            Assert.False(
                JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "special_tokens_map.json")))!.AsObject().ContainsKey("bos_token")
            );
            Assert.Equal(File.ReadAllText(Path.Combine(saved, "chat_template.jinja")), (string)config["chat_template"]!);
            Assert.All(Directory.GetFiles(saved), file => Assert.DoesNotContain("foreign", File.ReadAllText(file)));
            if (File.Exists(Path.Combine(saved, "config.json")))
            {
                ModelConfig model = ModelConfig.Load(saved);
                Assert.Null(model.BosTokenId);
                Assert.False(
                    JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "generation_config.json")))!.AsObject().ContainsKey("bos_token_id")
                );
            }

            Assert.SkipUnless(JinjaOracle.IsAvailable, JinjaOracle.Reason);
            JsonArray asked = [new JsonObject { ["role"] = "user", ["content"] = instruction }];
            SampleTokenizer samples = new(tokenizer);
            Assert.Equal(
                tokenizer.Decode(samples.EncodePrompt(instruction)),
                JinjaOracle.Render(saved, asked, addGenerationPrompt: true).Text
            );
            Assert.Equal(
                tokenizer.Decode(samples.Tokenize(conversation)!.InputIds),
                JinjaOracle.Render(saved, Messages(conversation), addGenerationPrompt: false).Text
            );
        }
    }

    [Fact]
    public void Save_IntoTheBasesFolder_LeavesNoForeignTemplate()
    {
        SaveBase();
        using (PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder["base"], Device = "cpu" }))
        {
            loaded.Save(folder["base"]);
        }

        Assert.Equal(
            [
                "chat_template.jinja",
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json",
            ],
            Directory.GetFileSystemEntries(folder["base"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.All(Directory.GetFiles(folder["base"]), file => Assert.DoesNotContain("foreign", File.ReadAllText(file)));
    }

    private static JsonArray Messages(Conversation conversation)
    {
        JsonArray messages = [];
        foreach (Message message in conversation.Messages)
        {
            messages.Add(
                (JsonNode)
                    new JsonObject
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
                                        ["content"] = block.Content,
                                    }
                            ),
                        ]),
                    }
            );
        }

        return messages;
    }

    private void SaveBase()
    {
        string directory = folder["base"];
        using (
            CausalLanguageModel fresh = CausalLanguageModel.Create(
                TinyRun.Config with
                {
                    EosTokenIds = [TinyRun.Tokenizer.EosTokenId],
                },
                seed: 5
            )
        )
        {
            ModelFolder.Save(directory, fresh);
        }

        TinyRun.Tokenizer.Save(directory);
        string path = Path.Combine(directory, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["bos_token"] = null;
        config["chat_template"] = "foreign {{ messages }}";
        File.WriteAllText(path, config.ToJsonString());
        File.Delete(Path.Combine(directory, "special_tokens_map.json"));
        File.WriteAllText(Path.Combine(directory, "chat_template.jinja"), "foreign {{ messages }}");
        File.WriteAllText(Path.Combine(directory, "chat_template.json"), """{"chat_template":"foreign"}""");
        Directory.CreateDirectory(Path.Combine(directory, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(directory, "additional_chat_templates", "tool_use.jinja"), "foreign");
        SequenceWriter.Write(folder["train.jsonl"], Enumerable.Range(0, 4).Select(TinyRun.Reflection));
    }
}
