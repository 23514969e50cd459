using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

public sealed class SearchInOneProcessTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    /// <summary>
    /// A comment of the tests exists where their source does, and so does what has been changed. A solution finds none: in its memory, its
    /// descriptors and the files and memory of its parents.
    /// </summary>
    [Fact]
    public async Task Judge_ProgramThatSearchesForTheSource_FindsNone()
    {
        const string Code = """
            import os, re
            seen = []
            def look(path, position=0, size=1 << 20):
                try:
                    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                    data = os.pread(descriptor, size, position) if position else os.read(descriptor, size)
                    os.close(descriptor)
                    if re.search(rb'# needle[-]in[-]the[-]tests', data):
                        seen.append(path)
                    if re.search(rb'text of the solution [i]tself', data):
                        seen.append('itself')
                except OSError:
                    pass
            def f(x):
                for line in open('/proc/self/maps'):
                    span, rights = line.split()[:2]
                    start, end = (int(part, 16) for part in span.split('-'))
                    if rights.startswith('rw'):
                        for position in range(start, end, 1 << 24):
                            look('/proc/self/mem', position, min(1 << 24, end - position))
                for process in ('self', str(os.getppid()), '1'):
                    for name in ('environ', 'cmdline', 'mem', 'fd/0', 'fd/1', 'fd/3', 'fd/4', 'fd/5', 'fd/6'):
                        look(f'/proc/{process}/{name}')
                for name in os.listdir('.'):
                    look(name)
                raise ValueError(sorted(set(seen)))  # text of the solution itself
            """;
        PythonTests tests = new()
        {
            Test = "# needle-in-the-tests\nassert f(1) == 2\nassert f(2) == 3\nassert f(3) == 4\n",
            EntryPoints = ["f"],
            ReferenceSolution = "def f(x): return x + 1",
        };
        fixture.SkipIfUnavailable();
        SandboxLimits limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1));
        Verdict verdict = await GuardedJudge.JudgeAsync(tests, Code, fixture.Sandbox, limits, CancellationToken.None);
        Assert.Equal((false, "ValueError: ['itself']"), (verdict.Passed, verdict.Error));
    }
}
