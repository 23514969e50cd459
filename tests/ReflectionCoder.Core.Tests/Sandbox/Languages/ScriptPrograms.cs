using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Languages;

internal static class ScriptPrograms
{
    private const string Python = """
        import os, sys, threading, time
        words = input().split()
        if words[0] == "sum":
            print(int(words[1]) + int(words[2]))
        elif words[0] == "exit":
            sys.exit(3)
        elif words[0] == "crash":
            os.abort()
        elif words[0] == "loop":
            while True: pass
        elif words[0] == "sleep":
            time.sleep(60)
        elif words[0] == "memory":
            held = []
            for i in range(50):
                held.append(b"x" * ((8 << 20) + i))
                time.sleep(0.01)
            time.sleep(60)
        elif words[0] == "flood":
            while True: print("x" * 1000)
        elif words[0] == "threads":
            results = []
            threads = [threading.Thread(target=results.append, args=(i,)) for i in range(1, 5)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(sum(results))
        """;

    private const string JavaScript = """
        const fs = require("fs");
        const { Worker } = require("worker_threads");
        const words = fs.readFileSync(0, "utf8").trim().split(" ");
        const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
        const line = "x".repeat(1000) + "\n";
        async function main() {
          switch (words[0]) {
            case "sum": console.log(Number(words[1]) + Number(words[2])); break;
            case "exit": process.exit(3);
            case "crash": process.abort();
            case "loop": for (;;) {}
            case "sleep": await pause(60000); break;
            case "memory": {
              const held = [];
              for (let i = 0; i < 50; i++) {
                held.push(Buffer.alloc(8 << 20, 1));
                await pause(10);
              }
              await pause(60000);
              break;
            }
            case "flood": for (;;) fs.writeSync(1, line);
            case "threads": {
              const code = "require('worker_threads').parentPort.postMessage(require('worker_threads').workerData)";
              const workers = [1, 2, 3, 4].map((i) => new Promise((resolve) => {
                new Worker(code, { eval: true, workerData: i }).on("message", resolve);
              }));
              console.log((await Promise.all(workers)).map(Number).reduce((a, b) => a + b));
            }
          }
        }
        main();
        """;

    private const string Php = """
        <?php
        $words = explode(" ", trim(fgets(STDIN)));
        switch ($words[0]) {
            case "sum": echo $words[1] + $words[2], "\n"; break;
            case "exit": exit(3);
            case "crash": posix_kill(posix_getpid(), 9);
            case "loop": while (true) {}
            case "sleep": sleep(60); break;
            case "memory":
                $held = [];
                for ($i = 0; $i < 50; $i++) {
                    $held[] = str_repeat("x", (8 << 20) + $i);
                    usleep(10000);
                }
                sleep(60);
                break;
            case "flood": while (true) echo str_repeat("x", 1000), "\n";
            case "threads":
                $sum = 0;
                $pipes = [];
                for ($i = 1; $i <= 4; $i++) $pipes[] = popen("echo $i", "r");
                foreach ($pipes as $pipe) $sum += (int)fgets($pipe);
                assert($sum > 0);
                echo $sum, "\n";
        }
        """;

    private const string Ruby = """
        words = gets.split
        case words[0]
        when "sum" then puts words[1].to_i + words[2].to_i
        when "exit" then exit 3
        when "crash" then Process.kill(:KILL, Process.pid); sleep 60
        when "loop" then loop {}
        when "sleep" then sleep 60
        when "memory"
          held = []
          50.times { |i| held << "x" * ((8 << 20) + i); sleep 0.01 }
          sleep 60
        when "flood" then loop { puts "x" * 1000 }
        when "threads" then puts (1..4).map { |i| Thread.new { i } }.map(&:value).sum
        end
        """;

    private const string Bash = """
        read -r word a b
        case $word in
          sum) echo $((a + b)) ;;
          exit) exit 3 ;;
          crash) kill -SEGV $$ ;;
          loop) while :; do :; done ;;
          sleep) sleep 60 ;;
          memory)
            printf -v block '%*s' 8388608 ''
            for ((i = 0; i < 50; i++)); do held[i]=$block; done
            sleep 60 ;;
          flood) while :; do printf '%1000s\n' x; done ;;
          threads)
            for i in 1 2 3 4; do echo $i > part$i & done
            wait
            cat part* | awk '{ sum += $1 } END { print sum }' ;;
        esac
        """;

    public static IEnumerable<LanguagePrograms> Create() =>
        [
            new(SandboxLanguages.Python, Python, "print(1)\nif True print(2)\n") { CrashCode = 134 },
            new(SandboxLanguages.JavaScript, JavaScript, "console.log(1);\nlet = ;\n") { CrashCode = 134 },
            new(SandboxLanguages.TypeScript, JavaScript, "console.log(1);\nconst x: number = 'text';\n") { CrashCode = 134 },
            new(SandboxLanguages.Php, Php, "<?php\necho 1 +;\n") { CrashCode = 137 },
            new(SandboxLanguages.Ruby, Ruby, "puts 1\ndef (\n") { CrashCode = 137 },
            new(SandboxLanguages.Bash, Bash, "if true\nfi\n") { CrashCode = 139 },
        ];
}
