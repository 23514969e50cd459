using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Tests.Sandbox.Languages;

internal static class ManagedPrograms
{
    private const string Java = """
        import java.util.*;
        import java.util.stream.*;

        class Helper {
            static int parse(String word) {
                return Integer.parseInt(word);
            }
        }

        public class AnyName {
            public static void main(String[] arguments) throws Exception {
                String[] words = new Scanner(System.in).nextLine().split(" ");
                switch (words[0]) {
                    case "sum" -> System.out.println(Helper.parse(words[1]) + Helper.parse(words[2]));
                    case "exit" -> System.exit(3);
                    case "crash" -> {
                        var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
                        field.setAccessible(true);
                        ((sun.misc.Unsafe) field.get(null)).putAddress(0, 0);
                    }
                    case "loop" -> { while (true) { } }
                    case "sleep" -> Thread.sleep(60_000);
                    case "memory" -> {
                        List<byte[]> held = new ArrayList<>();
                        for (int i = 0; i < 50; i++) {
                            byte[] block = new byte[8 << 20];
                            Arrays.fill(block, (byte) 1);
                            held.add(block);
                            Thread.sleep(10);
                        }
                        Thread.sleep(60_000);
                    }
                    case "flood" -> { while (true) System.out.println("x".repeat(1000)); }
                    case "threads" -> {
                        int[] results = new int[4];
                        List<Thread> threads = IntStream.range(0, 4).mapToObj(i -> new Thread(() -> results[i] = i + 1)).toList();
                        threads.forEach(Thread::start);
                        for (Thread thread : threads) thread.join();
                        System.out.println(IntStream.of(results).sum());
                    }
                }
            }
        }
        """;

    private const string CSharp = """
        string[] words = Console.ReadLine()!.Split(' ');
        switch (words[0])
        {
            case "sum":
                Console.WriteLine(int.Parse(words[1]) + int.Parse(words[2]));
                break;
            case "exit":
                return 3;
            case "crash":
                throw new InvalidOperationException("nobody catches it");
            case "loop":
                while (true) { }
            case "sleep":
                Thread.Sleep(60_000);
                break;
            case "memory":
                List<byte[]> held = [];
                for (int i = 0; i < 50; i++)
                {
                    byte[] block = new byte[8 << 20];
                    Array.Fill(block, (byte)1);
                    held.Add(block);
                    await Task.Delay(5);
                }
                Thread.Sleep(60_000);
                break;
            case "flood":
                while (true) Console.WriteLine(new string('x', 1000));
            case "threads":
                int[] results = new int[4];
                Thread[] threads = [.. Enumerable.Range(0, 4).Select(i => new Thread(() => results[i] = i + 1))];
                foreach (Thread thread in threads) thread.Start();
                foreach (Thread thread in threads) thread.Join();
                Console.WriteLine(results.Sum());
                break;
        }
        return 0;
        """;

    public static IEnumerable<LanguagePrograms> Create() =>
        [
            new(SandboxLanguages.Java, Java, "class Main { int x = \"text\"; }\n") { CrashCode = 134 },
            new(SandboxLanguages.CSharp, CSharp, "int x = \"text\";\n") { CrashCode = 134 },
        ];
}
