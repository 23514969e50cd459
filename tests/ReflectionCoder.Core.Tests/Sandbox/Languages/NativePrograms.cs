using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Languages;

internal static class NativePrograms
{
    private const string C = """
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static void *twice(void *value) {
            *(int *)value *= 2;
            return NULL;
        }

        int main(void) {
            char word[20];
            int a = 0, b = 0;
            if (scanf("%19s %d %d", word, &a, &b) < 1) return 1;
            if (!strcmp(word, "sum")) {
                printf("%d\n", a + b);
            } else if (!strcmp(word, "exit")) {
                return 3;
            } else if (!strcmp(word, "crash")) {
                *(volatile int *)0 = 1;
            } else if (!strcmp(word, "loop")) {
                for (volatile int i = 0;;) i = 0;
            } else if (!strcmp(word, "sleep")) {
                sleep(60);
            } else if (!strcmp(word, "memory")) {
                for (int i = 0; i < 50; i++) {
                    memset(malloc(8 << 20), 1, 8 << 20);
                    usleep(5000);
                }
                sleep(60);
            } else if (!strcmp(word, "flood")) {
                for (;;) printf("%1000d\n", 1);
            } else if (!strcmp(word, "threads")) {
                pthread_t threads[4];
                int values[4] = {1, 1, 1, 2}, sum = 0;
                for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, twice, &values[i]);
                for (int i = 0; i < 4; i++) {
                    pthread_join(threads[i], NULL);
                    sum += values[i];
                }
                printf("%d\n", sum);
            }
            return 0;
        }
        """;

    private const string Cpp = """
        #include <chrono>
        #include <cstdlib>
        #include <iostream>
        #include <numeric>
        #include <string>
        #include <thread>
        #include <vector>

        int main() {
            using namespace std::chrono_literals;
            std::string word;
            int a = 0, b = 0;
            std::cin >> word;
            if (word == "sum") {
                std::cin >> a >> b;
                std::cout << a + b << std::endl;
            } else if (word == "exit") {
                return 3;
            } else if (word == "crash") {
                throw 1;
            } else if (word == "loop") {
                for (volatile int i = 0;;) i = 0;
            } else if (word == "sleep") {
                std::this_thread::sleep_for(60s);
            } else if (word == "memory") {
                std::vector<std::vector<char>> held;
                for (int i = 0; i < 50; i++) {
                    held.emplace_back(8 << 20, 'x');
                    std::this_thread::sleep_for(5ms);
                }
                std::this_thread::sleep_for(60s);
            } else if (word == "flood") {
                for (;;) std::cout << std::string(1000, 'x') << '\n';
            } else if (word == "threads") {
                std::vector<int> values(4);
                std::vector<std::thread> threads;
                for (int i = 0; i < 4; i++) threads.emplace_back([&values, i] { values[i] = i + 1; });
                for (auto& thread : threads) thread.join();
                std::cout << std::accumulate(values.begin(), values.end(), 0) << '\n';
            }
        }
        """;

    private const string Rust = """
        use std::io::Write;
        use std::thread;
        use std::time::Duration;

        fn main() {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).unwrap();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[0] {
                "sum" => println!("{}", words[1].parse::<i32>().unwrap() + words[2].parse::<i32>().unwrap()),
                "exit" => std::process::exit(3),
                "crash" => std::process::abort(),
                "loop" => loop {},
                "sleep" => thread::sleep(Duration::from_secs(60)),
                "memory" => {
                    let mut held = Vec::new();
                    for _ in 0..50 {
                        held.push(vec![1u8; 8 << 20]);
                        thread::sleep(Duration::from_millis(5));
                    }
                    thread::sleep(Duration::from_secs(60));
                    println!("{}", held.len());
                }
                "flood" => loop {
                    writeln!(std::io::stdout(), "{}", "x".repeat(1000)).unwrap();
                },
                _ => {
                    let threads: Vec<_> = (1..5).map(|i| thread::spawn(move || i)).collect();
                    println!("{}", threads.into_iter().map(|thread| thread.join().unwrap()).sum::<i32>());
                }
            }
        }
        """;

    private const string Go = """
        package main

        import (
            "bufio"
            "fmt"
            "os"
            "strings"
            "syscall"
            "time"
        )

        func main() {
            var word string
            var a, b int
            fmt.Fscan(bufio.NewReader(os.Stdin), &word, &a, &b)
            switch word {
            case "sum":
                fmt.Println(a + b)
            case "exit":
                os.Exit(3)
            case "crash":
                syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
            case "loop":
                for {
                }
            case "sleep":
                time.Sleep(time.Minute)
            case "memory":
                held := [][]byte{}
                for i := 0; i < 50; i++ {
                    block := make([]byte, 8<<20)
                    for j := 0; j < len(block); j += 4096 {
                        block[j] = 1
                    }
                    held = append(held, block)
                    time.Sleep(5 * time.Millisecond)
                }
                time.Sleep(time.Minute)
                fmt.Println(len(held))
            case "flood":
                for {
                    fmt.Println(strings.Repeat("x", 1000))
                }
            case "threads":
                results := make(chan int)
                for i := 1; i <= 4; i++ {
                    go func(i int) { results <- i }(i)
                }
                fmt.Println(<-results + <-results + <-results + <-results)
            }
        }
        """;

    private const string Swift = """
        import Dispatch
        #if canImport(Glibc)
        import Glibc
        #else
        import Darwin
        #endif

        let words = (readLine() ?? "").split(separator: " ")
        switch words.first ?? "" {
        case "sum": print(Int(words[1])! + Int(words[2])!)
        case "exit": exit(3)
        case "crash": abort()
        case "loop": while true {}
        case "sleep": sleep(60)
        case "memory":
            for _ in 0..<50 {
                memset(malloc(8 << 20), 1, 8 << 20)
                usleep(5000)
            }
            sleep(60)
        case "flood": while true { print(String(repeating: "x", count: 1000)) }
        default:
            var results = [0, 0, 0, 0]
            results.withUnsafeMutableBufferPointer { buffer in
                let base = buffer.baseAddress!
                DispatchQueue.concurrentPerform(iterations: 4) { base[$0] = $0 + 1 }
            }
            print(results.reduce(0, +))
        }
        """;

    public static IEnumerable<LanguagePrograms> Create() =>
        [
            new(SandboxLanguages.C, C, "int main(void) { return x; }\n") { CrashCode = 139 },
            new(SandboxLanguages.Cpp, Cpp, "int main() { return x; }\n") { CrashCode = 134 },
            new(SandboxLanguages.Rust, Rust, "fn main() { let x: i32 = \"text\"; }\n") { CrashCode = 134 },
            new(SandboxLanguages.Go, Go, "package main\n\nfunc main() { var x int = \"text\" }\n") { CrashCode = 137 },
            new(SandboxLanguages.Swift, Swift, "let x: Int = \"text\"\n") { CrashCode = 134 },
        ];
}
