using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Bubblewrap;

/// <summary>A program that starts as a fork of a running interpreter does what it does in an interpreter of its own.</summary>
public sealed class ForkedPythonTests(ForkedPythonTests.Sandboxes sandboxes) : IClassFixture<ForkedPythonTests.Sandboxes>
{
    public static TheoryData<string> Programs =>
        [
            "print('hello')",
            "import sys; print(sys.argv, sys.path, __name__, __file__, sys.flags, sys.stdin.encoding)",
            "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering)",
            "print(sorted(globals()), __spec__, __builtins__.__name__)",
            "def half(x):\n    return x / 0\n\nhalf(3)\n",
            "print(1)\nif True print(2)\n",
            "  x = 1",
            "x = '\\ud800'\nprint(x)",
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError('x')",
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error",
            "class Own(Exception):\n    pass\nraise Own('mine')",
            "raise SystemExit",
            "raise SystemExit(3)",
            "raise SystemExit(256 + 7)",
            "raise SystemExit(-1)",
            "raise SystemExit('a message')",
            "raise SystemExit([1, 2])",
            "raise KeyboardInterrupt",
            "import os; os._exit(5)",
            "import os; os.abort()",
            "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
            "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('not reached')",
            "import sys; print(sys.stdin.read()); print(input())",
            "import sys; sys.stdout.write('no line feed'); sys.stderr.write('error'); sys.stdout.flush()",
            "import sys; sys.stdout.buffer.write(b'\\xff\\xfe\\x00')",
            "import atexit; atexit.register(print, 'one'); atexit.register(print, 'two'); print('zero')",
            "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()\nprint('main')",
            "import threading, time\nthreading.Thread(target=lambda: time.sleep(99), daemon=True).start()\nprint('main')",
            "class Last:\n    def __del__(self):\n        print('deleted')\nkept = Last()\nprint('end')",
            "import sys\nsys.excepthook = lambda kind, value, trace: print('hook', kind.__name__, value, trace.tb_lineno)\n1 / 0",
            "import os; print(sorted(os.environ.items()), os.getcwd(), os.listdir('.'), sorted(os.listdir('/proc/self/fd')))",
            "import signal; print([signal.getsignal(number) for number in (2, 13, 15, 17, 25)])",
            "print(hash('text'), set('determinism'), frozenset(['a', 'b', 'c']))",
            "import random; random.seed(1); print(random.random())",
            """
                import multiprocessing

                def square(x):
                    return x * x

                if __name__ == '__main__':
                    with multiprocessing.Pool(2) as pool:
                        print(pool.map(square, range(5)))
                """,
            "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout)",
            "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    return 7\nprint(asyncio.run(main()))",
            "import pickle\nclass Point:\n    pass\nprint(type(pickle.loads(pickle.dumps(Point()))).__module__)",
            "import dataclasses, enum\n@dataclasses.dataclass\nclass P:\n    x: int = 1\nclass E(enum.Enum):\n    A = 1\nprint(P(), E.A)",
            "import inspect\ndef f():\n    return inspect.getsource(f)\nprint(f())",
            "import sys\ndef depth(n):\n    return depth(n + 1)\ntry:\n    depth(0)\nexcept RecursionError as error:\n    print(error)",
            "def depth(n):\n    return depth(n + 1)\ndepth(0)",
            "def depth(n):\n    try:\n        return depth(n + 1)\n    except RecursionError:\n        return n\nprint(depth(0))",
            "import warnings\nwarnings.warn('careful')",
            "import sys; sys.stdout.close()",
            "import task",
            "import native, program",
            "print(open(__file__).read())",
            "import logging\nlogging.warning('logged %d', 3)",
            "from __future__ import annotations\ndef f(x: Unknown): pass\nprint(f.__annotations__)",
            "",
            "# -*- coding: latin-1 -*-\nprint('x')",
        ];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Execute_SameProgram_EndsTheSame(string source)
    {
        SandboxProgram program = new(source, StandardInput: "line one\nline two\n");
        SandboxResult own = await sandboxes.Plain.RunAsync(program);
        SandboxResult forked = await sandboxes.Forking.RunAsync(program);
        Assert.Equal(own with { WallTime = default, CpuTime = default }, forked with { WallTime = default, CpuTime = default });
    }

    [Fact]
    public async Task Execute_Randomness_DiffersBetweenForks()
    {
        SandboxProgram program = new("import random; print(random.random())");
        Assert.NotEqual(
            (await sandboxes.Forking.RunAsync(program)).StandardOutput,
            (await sandboxes.Forking.RunAsync(program)).StandardOutput
        );
    }

    [Fact]
    public async Task Execute_ChangedModule_DoesNotReachTheNextProgram()
    {
        await sandboxes.Forking.RunAsync(new SandboxProgram("import math, builtins; math.pi = 4; builtins.print = None"));
        Assert.Equal(
            "3.14\n",
            (await sandboxes.Forking.RunAsync(new SandboxProgram("import math; print(f'{math.pi:.2f}')"))).StandardOutput
        );
    }

    [Fact]
    public async Task Execute_MissingPreload_IsLeftOut()
    {
        using BubblewrapSandbox sandbox = new(
            new BubblewrapSandboxOptions { ForkPython = true, PreloadedModules = ["no_such_module", "colorsys"] }
        );
        sandboxes.Plain.SkipIfUnavailable();
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("import sys; print('colorsys' in sys.modules)"));
        Assert.Equal("True\n", result.StandardOutput);
    }

    [Fact]
    public async Task Execute_PreloadedSources_AreModulesAndBuildOnEachOther()
    {
        using BubblewrapSandbox sandbox = new(
            new BubblewrapSandboxOptions
            {
                ForkPython = true,
                PreloadedSources =
                [
                    new("first_of_two", "value = 'é'"),
                    new("second_of_two", "import first_of_two\nvalue = first_of_two.value * 2"),
                ],
            }
        );
        sandboxes.Plain.SkipIfUnavailable();
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram("import second_of_two; print(second_of_two.value)"));
        Assert.Equal("éé\n", result.StandardOutput);
    }

    [Fact]
    public async Task Execute_PreloadedSourceThatFails_SaysWhere()
    {
        using BubblewrapSandbox sandbox = new(
            new BubblewrapSandboxOptions { ForkPython = true, PreloadedSources = [new("broken", "value = 1\nvalue / 0")] }
        );
        sandboxes.Plain.SkipIfUnavailable();
        var exception = await Assert.ThrowsAsync<SandboxUnavailableException>(() => sandbox.EnsureAvailableAsync());
        Assert.Contains("\"<broken>\", line 2", exception.Message);
    }

    public sealed class Sandboxes : IAsyncLifetime
    {
        internal SandboxFixture Plain { get; } = new();

        internal SandboxFixture Forking { get; } = new(new BubblewrapSandboxOptions { ForkPython = true, MaxConcurrency = 4 });

        public async ValueTask InitializeAsync()
        {
            await Plain.InitializeAsync();
            await Forking.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Plain.DisposeAsync();
            await Forking.DisposeAsync();
        }
    }
}
