using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Tokenization;

[Trait("Category", "Golden")]
public sealed class ProcessorGoldenTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();

    [Fact]
    public void Tokenizer_GoldenIds_AreOurs()
    {
        JsonElement described = Reference.Golden("processor").GetProperty("tokenizer");
        foreach (JsonProperty special in described.GetProperty("specials").EnumerateObject())
        {
            Assert.Equal([special.Value.GetInt32()], Tokenizer.EncodeWithSpecialTokens(special.Name));
        }

        Assert.Equal(described.GetProperty("bos").GetInt32(), Tokenizer.BosTokenId);
        Assert.Equal(described.GetProperty("eos").GetInt32(), Tokenizer.EosTokenId);
        Assert.Equal(described.GetProperty("pad").GetInt32(), Tokenizer.PadTokenId);
    }

    [Fact]
    public void Tokenize_ReferenceParsing_EqualsProcessor()
    {
        foreach (JsonElement golden in Reference.Golden("processor").GetProperty("cases").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            SampleTokenizer tokenizer = new(
                Tokenizer,
                new SampleTokenizerOptions { MaxLength = golden.GetProperty("max_len").GetInt32(), MarkerParsing = MarkerParsing.Reference }
            );
            if (golden.GetProperty("output").ValueKind == JsonValueKind.Null)
            {
                Assert.NotNull(golden.GetProperty("error").GetString());
                Exception? error = Record.Exception(() => Kept(tokenizer, Conversations(golden)));
                Assert.True(error is SampleFormatException or DataFormatException, $"{name}: {error}");
                continue;
            }

            List<Conversation> conversations = Conversations(golden);
            string[] texts = Strings(golden, "texts");
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.Equal(texts[i], SampleTokenizer.Render(conversations[i]));
                Assert.Equal(golden.GetProperty("token_lengths")[i].GetInt32(), Tokenizer.EncodeWithSpecialTokens(texts[i]).Length);
            }

            JsonElement output = golden.GetProperty("output");
            IReadOnlyList<TokenizedSample> kept = Kept(tokenizer, conversations);
            Assert.Equal(output.GetProperty("input_ids").GetArrayLength(), kept.Count);
            for (int i = 0; i < kept.Count; i++)
            {
                Assert.Equal(Goldens.Ints(output.GetProperty("input_ids")[i]), kept[i].InputIds);
                Assert.Equal(Goldens.Ints(output.GetProperty("labels")[i]), kept[i].Labels);
                Assert.Equal(Goldens.Ints(output.GetProperty("distillation_labels")[i]), kept[i].DistillationLabels);
                Assert.Equal(
                    Goldens.Ints(output.GetProperty("distillation_mask")[i]),
                    Goldens.DistillationMask(kept[i].LastUserStart, kept[i].Length)
                );

                // The reference gives a whole batch the type of its first example; ours keeps each one's own.
                Assert.Equal(output.GetProperty("type")[i].GetString(), Strings(golden.GetProperty("examples"), "type")[0]);
            }
        }
    }

    [Fact]
    public void Tokenize_GoldenConversation_KeepsItsOwnType()
    {
        SampleTokenizer tokenizer = new(Tokenizer, new SampleTokenizerOptions { MarkerParsing = MarkerParsing.Reference });
        foreach (JsonElement golden in Reference.Golden("processor").GetProperty("cases").EnumerateArray())
        {
            if (golden.GetProperty("error").ValueKind == JsonValueKind.Null)
            {
                foreach (Conversation conversation in Conversations(golden))
                {
                    Assert.Equal(conversation.Type, tokenizer.Tokenize(conversation)!.Type);
                }
            }
        }
    }

    [Fact]
    public void Labels_RawIds_EqualProcessor()
    {
        MarkerIds markers = Tokenizer.MarkerIds;
        foreach (JsonElement golden in Reference.Golden("processor").GetProperty("direct").EnumerateArray())
        {
            int[] ids = Goldens.Ints(golden.GetProperty("input_ids")[0]);
            int[] labels = Goldens.Ints(golden.GetProperty("labels")[0]);
            if (golden.GetProperty("distillation_mask").ValueKind == JsonValueKind.Null)
            {
                Assert.Throws<SampleFormatException>(() => Distil(labels));
            }
            else
            {
                (int lastUser, int[] distillation) = Distil(labels);
                Assert.Equal(Goldens.Ints(golden.GetProperty("distillation_labels")[0]), distillation);
                Assert.Equal(Goldens.Ints(golden.GetProperty("distillation_mask")[0]), Goldens.DistillationMask(lastUser, ids.Length));
            }

            SampleLabels.Ignore(ids, labels, markers);
            Assert.Equal(Goldens.Ints(golden.GetProperty("ignored_labels")[0]), labels);
        }

        (int LastUser, int[] Labels) Distil(int[] labels) =>
            (SampleLabels.FindLastUser(labels, markers), SampleLabels.Distil(labels, markers));
    }

    private static TokenizedSample[] Kept(SampleTokenizer tokenizer, IEnumerable<Conversation> conversations) =>
        [.. conversations.Select(tokenizer.Tokenize).OfType<TokenizedSample>()];

    private static List<Conversation> Conversations(JsonElement golden)
    {
        JsonElement examples = golden.GetProperty("examples");
        List<Conversation> conversations = [];
        for (int i = 0; i < examples.GetProperty("messages").GetArrayLength(); i++)
        {
            string line =
                $$"""{"messages":{{examples.GetProperty("messages")[i].GetRawText()}},"type":{{examples.GetProperty("type")[i].GetRawText()}}}""";
            conversations.Add(SequenceReader.Parse(Encoding.UTF8.GetBytes(line)));
        }

        return conversations;
    }

    private static string[] Strings(JsonElement owner, string name) =>
        [.. owner.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
