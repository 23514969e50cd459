using System.Text.RegularExpressions;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Evaluation.Judging.Programs;

namespace ReflectionCoder.Tests.Evaluation.Judging.Programs;

public sealed class GuardedProgramTests
{
    private const string Odd = """
        }
        int main() {
            auto candidate = f;
            for (long i = 0; i < 3; i++) assert(candidate(i) == (i));
            assert(!candidate(1) == (2));
            assert(candidate("a)b", {1}) == (std::map<std::string,long>({{"a == b);", 1}})));
            assert((candidate(1)) > 0);
        }

        """;

    [Theory]
    [InlineData("cpp", 161)]
    [InlineData("cs", 158)]
    [InlineData("cs-bu", 158)]
    [InlineData("java", 158)]
    [InlineData("js", 161)]
    [InlineData("php", 161)]
    [InlineData("rs", 156)]
    [InlineData("sh", 158)]
    [InlineData("swift", 158)]
    [InlineData("ts", 159)]
    public async Task Find_TestsOfTheRealFiles_FindsAll(string file, int count)
    {
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.MultiPlE.ReadAsync(
            EvaluationData.PathOf($"multipl-e/humaneval-{file}.jsonl.gz")
        );
        Assert.Equal(count, problems.Count);
        Assert.All(
            problems,
            problem =>
            {
                var tests = (ProgramTests)problem.Tests;
                ProgramDialect dialect = ProgramDialects.Find(tests.Language)!;
                int found = TestStatement.FindAll(dialect, tests.Test).Count;
                Assert.NotEqual(0, found);
                Assert.Equal(dialect.Head.Count(tests.Test), found);
            }
        );
    }

    [Fact]
    public void Find_Statements_LeavesOutWhatIsNoComparisonOfACall()
    {
        TestStatement found = Assert.Single(TestStatement.FindAll(CompiledDialects.Cpp, Odd));
        Assert.Equal("candidate(\"a)b\", {1})", found.Call);
        Assert.Equal(new Comparison(" == ", "(std::map<std::string,long>({{\"a == b);\", 1}}))"), found.Comparison);
    }

    [Fact]
    public void Create_Program_KeepsOtherTestsAndEndsWithTheMarker()
    {
        var program = GuardedProgram.Create(CompiledDialects.Cpp, "long f(long x) {\n", "return x;\n", Odd);
        Assert.StartsWith("long f(long x) {\nreturn x;\n\n}\nint main() {", program.Source, StringComparison.Ordinal);
        Assert.Contains("    assert((candidate(1)) > 0);\n\n__builtin_printf(", program.Source, StringComparison.Ordinal);
        Assert.EndsWith("\n}\n", program.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_TwoPrograms_ShareNoNameAndNoOrder()
    {
        string statements = string.Concat(Enumerable.Range(0, 12).Select(i => $"  assert.deepEqual(f({i}),{i});\n"));
        string tests = $"function test() {{\n{statements}}}\ntest();";
        string[] sources =
        [
            .. Enumerable.Range(0, 5).Select(_ => Neutral(GuardedProgram.Create(ScriptDialects.JavaScript, "", "", tests).Source)),
        ];
        Assert.Equal(5, sources.Distinct().Count());

        static string Neutral(string source) => Regex.Replace(source, "[0-9a-f]{16}", "");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("rc-0000000000000000-11", false)]
    [InlineData("{0}1", false)]
    [InlineData("{0}10", true)]
    [InlineData("{0}01", true)]
    [InlineData("{0}11", false)]
    [InlineData("{0}00", false)]
    [InlineData("noise {0}10\nmore", true)]
    public void FindFailure_Output_IsRightOnlyWithTheRightComparisons(string output, bool canBeRight)
    {
        const string Tests = "function test() {\n  assert.deepEqual(f(1),2);\n}\ntest();";
        bool right = Enumerable
            .Range(0, 40)
            .Any(_ =>
            {
                var program = GuardedProgram.Create(ScriptDialects.JavaScript, "", "", Tests);
                string marker = Regex.Match(program.Source, "rc-[0-9a-f]{16}-").Value;
                return program.FindFailure(output.Replace("{0}", marker, StringComparison.Ordinal)) is null;
            });
        Assert.Equal(canBeRight, right);
    }

    [Fact]
    public void Create_Go_CallsTheTestFunctionFromMain()
    {
        const string Tests = """
            func TestF(t *testing.T) {
              candidate := f
            	type test struct {
            		actual   interface{}
            		expected interface{}
            	}
               tests := []test{
                 { actual: candidate([]int{1}), expected: []int{2} },
                 { actual: candidate([]int{}), expected: []int{} },
               }

            	for i, tc := range tests {
            		t.Run(fmt.Sprintf("test num % d", i), func(t *testing.T) {
            		})
            	}
            }

            """;
        string source = GuardedProgram.Create(GoDialect.Go, "package f_test\n", "", Tests).Source;
        Assert.StartsWith("package main\n", source, StringComparison.Ordinal);
        Assert.Contains("{Name: \"TestF\", F: TestF}", source, StringComparison.Ordinal);
        Assert.Contains(":= fmt.Sprintf(\"%v\", candidate([]int{1}))", source, StringComparison.Ordinal);
        Assert.DoesNotContain("range tests", source, StringComparison.Ordinal);

        // A row that isn't understood keeps all as it is.
        string other = Tests.Replace("candidate([]int{1})", "1 + candidate([]int{1})", StringComparison.Ordinal);
        source = GuardedProgram.Create(GoDialect.Go, "package f_test\n", "", other).Source;
        Assert.Contains("range tests", source, StringComparison.Ordinal);
        Assert.Contains("{ actual: 1 + candidate([]int{1})", source, StringComparison.Ordinal);
    }
}
