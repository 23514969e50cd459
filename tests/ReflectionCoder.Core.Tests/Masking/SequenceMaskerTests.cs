using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sequences;
using ReflectionCoder.Tests.Tokenization;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Masking;

public sealed class SequenceMaskerTests
{
    private static readonly SampleTokenizer Tokenizer = new(CodeTokenizer.CreateByteLevel());
    private static readonly double[] Rates = [0, 1e-9, 0.07, 0.32, 0.33, 0.5, 0.66, 0.67, 0.999, 1];

    [Fact]
    public void Mask_AnyStrategy_LeavesTheFixedPartsAlone()
    {
        foreach (TokenizedSample sample in Samples())
        {
            foreach (IMaskStrategy strategy in MaskStrategies.Parse(string.Join(',', MaskStrategies.Names)))
            {
                foreach (double rate in Rates)
                {
                    CheckFixedParts(sample, Mask(strategy, sample, rate));
                }
            }
        }
    }

    [Fact]
    public void Mask_TokenStrategies_HideTheCeiling()
    {
        foreach (TokenizedSample sample in Samples())
        {
            int tokens = sample.ReflectionEnd - sample.ReflectionStart;
            foreach (double rate in Rates)
            {
                int expected = (int)Math.Ceiling(tokens * rate);
                Assert.Equal(expected, Hidden(sample, Mask(new RandomTokenMask(), sample, rate)));
                bool[] sequential = Mask(new SequentialTokenMask(), sample, rate);
                Assert.Equal(expected, Hidden(sample, sequential));
                Assert.All(sequential[sample.ReflectionStart..(sample.ReflectionStart + expected)], Assert.False);
            }
        }
    }

    [Fact]
    public void Mask_BlockStrategies_HideTheCeilingOfWholeBlocks()
    {
        foreach (TokenizedSample sample in Samples())
        {
            IReadOnlyList<TokenSpan> blocks = SequenceMasker.FindReflection(sample).Blocks;
            foreach (double rate in Rates)
            {
                foreach (IMaskStrategy strategy in (IMaskStrategy[])[new RandomBlockMask(), new SequentialBlockMask()])
                {
                    bool[] visible = Mask(strategy, sample, rate);
                    bool[] hidden = [.. blocks.Select(block => !visible[sample.ReflectionStart + block.Start])];
                    Assert.Equal((int)Math.Ceiling(blocks.Count * rate), hidden.Count(value => value));
                    for (int b = 0; b < blocks.Count; b++)
                    {
                        int start = sample.ReflectionStart + blocks[b].Start;
                        Assert.All(visible[start..(start + blocks[b].Length)], seen => Assert.Equal(!hidden[b], seen));
                    }

                    if (strategy is SequentialBlockMask)
                    {
                        Assert.Equal(hidden.OrderByDescending(value => value), hidden);
                    }
                }
            }
        }
    }

    [Fact]
    public void Mask_BlockTypes_VanishInOrder()
    {
        foreach (string letters in (string[])["etc", "ect", "tec", "tce", "cet", "cte"])
        {
            IReadOnlyList<BlockType> order = MaskStrategies.ParseBlockOrder(letters);
            foreach (TokenizedSample sample in Samples())
            {
                foreach (double rate in Rates)
                {
                    bool[] visible = Mask(new BlockTypeMask(order), sample, rate);
                    int types =
                        rate < 0.33 ? 1
                        : rate < 0.67 ? 2
                        : 3;
                    foreach (TokenSpan block in SequenceMasker.FindReflection(sample).Blocks)
                    {
                        bool expected = !order.Take(types).Contains(block.Type!.Value);
                        int start = sample.ReflectionStart + block.Start;
                        Assert.All(visible[start..(start + block.Length)], seen => Assert.Equal(expected, seen));
                    }
                }
            }
        }
    }

    [Fact]
    public void Mask_RateZero_HidesNothingButTheFirstBlockType()
    {
        foreach (TokenizedSample sample in Samples())
        {
            foreach (
                IMaskStrategy strategy in (IMaskStrategy[])
                    [new RandomTokenMask(), new SequentialTokenMask(), new RandomBlockMask(), new SequentialBlockMask()]
            )
            {
                Assert.Equal(0, Hidden(sample, Mask(strategy, sample, 0)));
            }

            int execution = SequenceMasker
                .FindReflection(sample)
                .Blocks.Where(block => block.Type == BlockType.Execution)
                .Sum(block => block.Length);
            Assert.Equal(execution, Hidden(sample, Mask(new BlockTypeMask(), sample, 0)));
        }
    }

    [Fact]
    public void Mask_RateOne_EqualsAll()
    {
        foreach (TokenizedSample sample in Samples())
        {
            bool[] all = Mask(new AllMask(), sample, 0);
            Assert.All(
                MaskStrategies.Parse(string.Join(',', MaskStrategies.Names)),
                strategy => Assert.Equal(all, Mask(strategy, sample, 1))
            );
        }
    }

    [Fact]
    public void Mask_SequentialAndBlockTypes_AreMonotone()
    {
        foreach (TokenizedSample sample in Samples())
        {
            foreach (IMaskStrategy strategy in (IMaskStrategy[])[new SequentialTokenMask(), new SequentialBlockMask(), new BlockTypeMask()])
            {
                bool[] before = Mask(strategy, sample, 0);
                foreach (double rate in Rates)
                {
                    bool[] now = Mask(strategy, sample, rate);
                    Assert.True(now.Zip(before).All(pair => !pair.First || pair.Second), "A token came back.");
                    before = now;
                }
            }
        }
    }

    [Fact]
    public void Mask_SeveralStrategies_DrawsOneARow()
    {
        TokenizedSample sample = Samples()[0];
        SequenceMasker masker = new(MaskStrategies.Parse("block,random-token,sequential-token"));
        NumpyRandomState random = new(7);
        HashSet<string> drawn = [];
        for (int i = 0; i < 60; i++)
        {
            masker.Mask(sample, 0.5, random, out IMaskStrategy? strategy);
            drawn.Add(strategy!.Name);
        }

        Assert.Equal(["block", "random-token", "sequential-token"], drawn.Order());
    }

    [Fact]
    public void Mask_NoStrategies_ShowsEverythingAndDrawsNothing()
    {
        NumpyRandomState random = new(1);
        bool[] visible = new SequenceMasker([]).Mask(Samples()[0], 1, random, out IMaskStrategy? strategy);
        Assert.All(visible, Assert.True);
        Assert.Null(strategy);
        Assert.Equal(new NumpyRandomState(1).NextUInt32(), random.NextUInt32());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Mask_RateOutOfRange_Throws(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Mask(new AllMask(), Samples()[0], rate));

    [Fact]
    public void Mask_HostStrategy_CannotTouchTheFixedParts()
    {
        foreach (TokenizedSample sample in Samples())
        {
            CheckFixedParts(sample, Mask(new Eager(), sample, 0.5));
        }
    }

    [Fact]
    public void Mask_NoReflectionOrGaps_Throws()
    {
        TokenizedSample sample = Samples()[0];
        TokenizedSample[] broken =
        [
            sample with
            {
                ReflectionStart = -1,
                ReflectionEnd = -1,
            },
            sample with
            {
                ReflectionEnd = sample.ReflectionStart - 1,
            },
            sample with
            {
                ReflectionEnd = sample.Length,
            },
            sample with
            {
                Spans = [],
            },
            sample with
            {
                Spans = [.. sample.Spans.Where(span => span.Start != sample.ReflectionStart)],
            },
            sample with
            {
                ReflectionEnd = sample.ReflectionEnd - 1,
            },
        ];
        foreach (TokenizedSample bad in broken)
        {
            Assert.Throws<SampleFormatException>(() => Mask(new AllMask(), bad, 0.5));
        }
    }

    private static List<TokenizedSample> Samples()
    {
        Random random = new(41);
        List<TokenizedSample> samples = [];
        while (samples.Count < 12)
        {
            Block[] blocks =
            [
                .. Enumerable
                    .Range(0, random.Next(1, 9))
                    .Select(_ => new Block((BlockType)random.Next(3), RandomConversations.Text(random))),
            ];
            Conversation conversation = new(
                [new Message(MessageRole.Assistant, blocks), new Message(MessageRole.User, [])],
                SampleType.Reflection
            );
            samples.Add(Tokenizer.Tokenize(SampleTokenizerTests.Complete(conversation))!);
        }

        return samples;
    }

    private static bool[] Mask(IMaskStrategy strategy, TokenizedSample sample, double rate) =>
        new SequenceMasker([strategy]).Mask(sample, rate, new NumpyRandomState(9));

    private static int Hidden(TokenizedSample sample, bool[] visible) =>
        visible[sample.ReflectionStart..sample.ReflectionEnd].Count(seen => !seen);

    private static void CheckFixedParts(TokenizedSample sample, bool[] visible)
    {
        Assert.Equal(sample.Length, visible.Length);
        Assert.All(visible[..sample.ReflectionStart], Assert.False);
        Assert.False(visible[sample.ReflectionEnd]);
        Assert.All(visible[(sample.ReflectionEnd + 1)..], Assert.True);
    }

    private sealed class Eager : IMaskStrategy
    {
        public string Name => "eager";

        public string Identity => "eager";

        public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
        {
            Assert.Equal(reflection.Length, visible.Length);
            foreach (ref bool seen in visible)
            {
                Assert.True(seen);
                seen = random.NextUInt32() % 2 == 0;
            }
        }
    }
}
