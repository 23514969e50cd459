using ReflectionCoder.Samples.ComposeTasks;
using ReflectionCoder.Samples.ComposeTasks.Operations;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Tests.Samples;

/// <summary>What the demo's base was pretrained on: samples/demo/make.sh.</summary>
public sealed class PretrainingCorpusTests
{
    private static readonly Conversation[] Samples = [.. new PretrainingCorpus(1).Samples().Take(3000)];

    [Fact]
    public void Programs_AreTrainingCompositions()
    {
        int programs = 0;
        foreach (
            string program in Samples
                .SelectMany(Blocks)
                .Where(block => block.Type == BlockType.Code || FencedCode.FirstProgram(block.Content) is not null)
                .Select(Function)
        )
        {
            programs++;
            IReadOnlyList<Operation> operations = OperationReader.Read(program) ?? throw new InvalidDataException(program);
            Assert.InRange(operations.Count, 1, CompositionSplit.MaxTrainingLength);
            Assert.All(
                operations.Zip(operations.Skip(1)),
                pair => Assert.False(CompositionSplit.IsHeldOut(pair.First, pair.Second), $"{pair.First.Name}+{pair.Second.Name}")
            );
        }

        Assert.True(programs > 3000, $"{programs} programs");
    }

    [Fact]
    public void Instructions_KnowOneWordingOfEachOperation()
    {
        Conversation[] instructions = [.. Samples.Where(sample => Blocks(sample).Count() == 2)];
        Assert.InRange(instructions.Length, 1000, 2000);
        foreach (Conversation sample in instructions)
        {
            string request = sample.Messages[0].Content[0].Content;
            Assert.All(
                OperationReader.Read(Function(sample.Messages[1].Content[0]))!,
                operation => Assert.Contains(Known(operation), request, IgnoreCase)
            );
        }
    }

    /// <summary>Whoever looks back has the answer: the last program of its name, or what was said of it in known words.</summary>
    [Fact]
    public void Sessions_HoldTheAnswerAlready()
    {
        (int changed, int told) = (0, 0);
        Conversation[] sessions = [.. Samples.Where(sample => Blocks(sample).Count() > 2)];
        Assert.InRange(sessions.Length, 1000, 2000);
        foreach (Conversation session in sessions)
        {
            string answer = Function(session.Messages[^1].Content[0]);
            Block[] before = [.. Blocks(session).SkipLast(2)];
            string signature = answer.Split('\n')[0].Split('(')[0] + "(";
            string[] versions =
            [
                .. before
                    .Where(block => block.Type == BlockType.Code)
                    .Select(Function)
                    .Where(program => program.StartsWith(signature, StringComparison.Ordinal)),
            ];
            if (versions.Length == 0)
            {
                told++;
                Assert.All(OperationReader.Read(answer)!, operation => Assert.Contains(Known(operation), before[^1].Content, IgnoreCase));
            }
            else
            {
                Assert.Equal(answer, versions[^1]);
                changed += versions.Length > 1 ? 1 : 0;
            }
        }

        Assert.True(changed > 20, $"{changed} sessions with a program that was changed");
        Assert.True(told > 200, $"{told} sessions without a program");
    }

    /// <summary>
    /// In most the last request is in words that don't tell: then an answer can come from before alone. Else a model has no reason to look
    /// back.
    /// </summary>
    [Fact]
    public void Sessions_OftenAskInWordsThatDontTell()
    {
        Conversation[] sessions = [.. Samples.Where(sample => Blocks(sample).Count() > 2)];
        int telling = sessions.Count(session =>
            OperationReader
                .Read(Function(session.Messages[^1].Content[0]))
                ?.All(operation => Blocks(session).SkipLast(1).Last().Content.Contains(Known(operation), IgnoreCase)) == true
        );
        Assert.InRange(telling, sessions.Length / 20, sessions.Length / 3);
    }

    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>The first of its wordings, as far as its parameter.</summary>
    private static string Known(Operation operation) => operation.Phrases[0].Split("{k}")[0];

    private static IEnumerable<Block> Blocks(Conversation sample) => sample.Messages.SelectMany(message => message.Content);

    /// <summary>The function, of a program in a fence or before its tests.</summary>
    private static string Function(Block block) => (FencedCode.FirstProgram(block.Content) ?? block.Content).Split("\n\n")[0].TrimEnd('\n');
}
