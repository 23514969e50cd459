using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// Our encoding against Hugging Face's library through node, one thread each, over the same texts: after a warm-up the two take turns, a
/// whole pass each, so that a busy moment of the machine meets both. Both must give the same number of ids.
/// </summary>
internal static class TokenizerRace
{
    // A pass a line: answers seconds and ids. One text a call, as ours.
    private const string Script = """
        const { createRequire } = require("module"), fs = require("fs"), path = require("path"), readline = require("readline");
        const { Tokenizer } = createRequire(path.join(process.env.NODE_PATH || process.cwd(), "_"))("tokenizers");
        (async () => {
          const texts = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
          const tokenizer = Tokenizer.fromFile(process.argv[1]);
          for await (const _ of readline.createInterface({ input: process.stdin })) {
            let count = 0;
            const start = process.hrtime.bigint();
            for (const text of texts) count += (await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds().length;
            console.log(Number(process.hrtime.bigint() - start) / 1e9 + " " + count);
          }
        })();
        """;

    /// <summary>Races every real tokenizer and prints the median of the rounds' ratios.</summary>
    /// <param name="rounds">Measured rounds.</param>
    /// <returns>An exit code: 1 when the two differ in ids.</returns>
    public static int Run(int rounds)
    {
        int code = 0;
        foreach (string folder in TokenizerCorpus.Folders)
        {
            string unpacked = TokenizerCorpus.Unpack(folder);
            try
            {
                code |= Run(Path.GetFileName(folder), unpacked, rounds);
            }
            catch (Win32Exception)
            {
                Console.WriteLine("node is not installed; nothing to race.");
                return 0;
            }
            finally
            {
                Directory.Delete(unpacked, recursive: true);
            }
        }

        return code;
    }

    private static int Run(string name, string unpacked, int rounds)
    {
        using Process node = Start(unpacked);
        CodeTokenizer tokenizer = CodeTokenizer.Load(unpacked);
        List<(double Ours, double Theirs)> seconds = [];
        const int warmUp = 2;
        for (int round = 0; round < warmUp + rounds; round++)
        {
            (double ours, int count) = Encode(tokenizer);
            node.StandardInput.WriteLine();
            if (node.StandardOutput.ReadLine()?.Split(' ') is not [string time, string ids])
            {
                Console.WriteLine($"{name}: node has no package 'tokenizers'; install it and set NODE_PATH");
                return 0;
            }

            if (int.Parse(ids, CultureInfo.InvariantCulture) != count)
            {
                Console.WriteLine($"{name}: {count} ids here, {ids} with npm tokenizers");
                return 1;
            }

            if (round >= warmUp)
            {
                seconds.Add((ours, double.Parse(time, CultureInfo.InvariantCulture)));
            }
        }

        double[] ratios = [.. seconds.Select(pair => pair.Theirs / pair.Ours).Order()];
        double megabytes = TokenizerCorpus.Bytes / 1e6;
        double here = megabytes / Median(seconds.Select(pair => pair.Ours));
        double there = megabytes / Median(seconds.Select(pair => pair.Theirs));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {here:F1} MB/s, npm tokenizers {there:F1} MB/s, {rounds} rounds from {ratios[0]:F2} to {ratios[^1]:F2}"
            )
        );
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"encoding ratio {name}: {Median(ratios):F2}"));
        return 0;
    }

    private static (double Seconds, int Ids) Encode(CodeTokenizer tokenizer)
    {
        int count = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (string text in TokenizerCorpus.Texts)
        {
            count += tokenizer.EncodeText(text).Length;
        }

        return (Stopwatch.GetElapsedTime(start).TotalSeconds, count);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static Process Start(string unpacked)
    {
        string texts = Path.Combine(unpacked, "texts.json");
        File.WriteAllText(texts, JsonSerializer.Serialize(TokenizerCorpus.Texts));
        ProcessStartInfo start = new("node", ["-e", Script, Path.Combine(unpacked, "tokenizer.json"), texts])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TOKENIZERS_PARALLELISM"] = "false";
        return Process.Start(start)!;
    }
}
