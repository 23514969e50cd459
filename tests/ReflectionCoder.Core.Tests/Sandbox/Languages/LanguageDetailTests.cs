using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Sandbox.Languages;

/// <summary>What ordinary programs of a language rely on, and what its way of being run here might break.</summary>
public sealed class LanguageDetailTests : IDisposable
{
    private readonly UnisolatedSandbox sandbox = new();

    public void Dispose() => sandbox.Dispose();

    [Theory]
    [InlineData("java", "class A {}\nclass Start { public static void main(String[] a) { System.out.println(\"start\"); } }", "start\n")]
    [InlineData(
        "java",
        "package a.b;\ninterface I { static void main(String[] a) {} }\n"
            + "public class Z { public static void main(String[] a) { System.out.println(Z.class.getName() + \"ü\"); } }",
        "a.b.Zü\n"
    )]
    [InlineData("csharp", "namespace A { class P { static void Main() { Console.WriteLine(new[] { 1, 2 }.Sum()); } } }", "3\n")]
    [InlineData(
        "csharp",
        "record P(int X); class Q { static async Task Main() { await Task.Yield(); Console.Write(new P(1)); } }",
        "P { X = 1 }"
    )]
    [InlineData(
        "cpp",
        "#include <bits/stdc++.h>\nint main() { std::cout << std::ranges::max(std::vector{1, 2}) << std::__gcd(4, 6); }",
        "22"
    )]
    [InlineData("c", "#include <math.h>\n#include <stdio.h>\nint main(void) { printf(\"%.3f\", sin(M_PI / 2)); }", "1.000")]
    [InlineData(
        "go",
        "package main\nimport (\"encoding/json\"; \"os\")\nfunc id[T any](x T) T { return x }\n"
            + "func main() { json.NewEncoder(os.Stdout).Encode(id([]int{1})) }",
        "[1]\n"
    )]
    [InlineData("php", "<?php\necho json_encode(['a' => ctype_digit('12')]), PHP_EOL;", "{\"a\":true}\n")]
    [InlineData("ruby", "require 'json'\nrequire 'set'\nputs JSON.dump(['ü'.length, Set[1, 1].size])", "[1,1]\n")]
    [InlineData("javascript", "console.log(__filename, [3, 1].toSorted?.() ?? [1, 3]);", "solution.js [ 1, 3 ]\n")]
    [InlineData(
        "typescript",
        """
            import * as fs from "fs";
            import { Readable } from "node:stream";
            import EventEmitter from "events";
            import type { Server } from "http";
            const readline = require("readline");
            class Source extends EventEmitter { fire(): void { this.emit("x", 2); } }
            type Result = { ok: true; value: number } | { ok: false; error: string };
            const show = (result: Result) => { if (!result.ok) { return result.error; } return result.value; };
            const stream: Readable | null = null; let stats: fs.Stats; let timer: NodeJS.Timeout;
            const all = []; all.push(1); all.push("b");
            const name = "shadows nothing"; function fetch(a, { b }) { return a + b; }
            const source = new Source(); source.on("x", (value) => console.log("event", value)); source.fire();
            try { throw new Error("e"); } catch (e) { console.log(e.message, all, show({ ok: false, error: "no" }), fetch(1, { b: 2 })); }
            """,
        "event 2\ne [ 1, 'b' ] no 3\n"
    )]
    public async Task Execute_OrdinaryProgram_Passes(string language, string source, string output)
    {
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(source, language));
        LanguageTests.Skip(result);
        Assert.True(result.Outcome == SandboxOutcome.Passed, result.ToString());
        Assert.Equal(output, result.StandardOutput);
    }

    [Theory]
    [InlineData("java", "class A { public static void main(String[] a) {\nassert a.length > 0; } }", "Main.java:2")]
    [InlineData("csharp", "Console.WriteLine();\nint.Parse(\"x\");", "solution.cs:line 2")]
    [InlineData("go", "package main\nfunc main() {\nvar m map[int]int\nm[0] = 1\n}", "solution.go:4")]
    [InlineData("rust", "fn main() {\nlet v: Vec<i32> = vec![]; println!(\"{}\", v[v.len()]); }", "solution.rs:2")]
    [InlineData("javascript", "\nnull.x;", "solution.js:2")]
    [InlineData("php", "<?php\nassert(1 == 2);", "solution.php:2")]
    [InlineData("ruby", "\nraise 'x'", "solution.rb:2")]
    public async Task Execute_UncaughtError_NamesLine(string language, string source, string place)
    {
        SandboxResult result = await sandbox.ExecuteAsync(new SandboxProgram(source, language));
        LanguageTests.Skip(result);
        Assert.Contains(place, result.StandardError);
        Assert.DoesNotContain("/unisolated-", result.StandardError);
    }

    [Fact]
    public async Task Execute_CSharpHelloWorld_TakesLittleTime()
    {
        var hello = new SandboxProgram("Console.WriteLine(\"hello\");", "csharp");
        List<TimeSpan> times = [];
        for (int i = 0; i < 3; i++)
        {
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            LanguageTests.Skip(await sandbox.ExecuteAsync(hello));
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(started));
        }

        // It takes 0.8 s on two cores; a build with restore would take several. The rest is room for the tests that run beside this one.
        Assert.InRange(times.Min(), TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }
}
