using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ReflectionCoder.Sandbox.Seccomp;
using Machine = System.Runtime.InteropServices.Architecture;

namespace ReflectionCoder.Tests.Sandbox.Seccomp;

public sealed partial class SystemCallTableTests
{
    [Fact]
    public void Table_OfX64_EqualsTheHeader() =>
        AssertEqualsHeader("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", Machine.X64, call => call.X64);

    [Fact]
    public void Table_OfArm64_EqualsTheHeader() =>
        AssertEqualsHeader("/usr/include/asm-generic/unistd.h", Machine.Arm64, call => call.Arm64);

    private static void AssertEqualsHeader(
        string path,
        Machine architecture,
        Func<(string Name, uint? X64, uint? Arm64), uint?> forbiddenNumber
    )
    {
        Assert.SkipUnless(File.Exists(path), $"There is no {path}: install linux-libc-dev.");
        Dictionary<string, uint> header = ReadNumbers(path);
        Assert.InRange(header.Count, 250, 600);
        uint newest = header.Values.Max();
        IEnumerable<(string Name, uint Number)> ours =
        [
            .. SystemCallTable.Numbers(architecture).Select(entry => (entry.Key, entry.Value)),
            .. ForbiddenCalls
                .All.Where(call => forbiddenNumber(call) is not null)
                .Select(call => (call.Name, forbiddenNumber(call)!.Value)),
        ];
        foreach ((string name, uint number) in ours.Where(call => call.Number <= newest)) // an old header lacks new calls
        {
            Assert.Equal((name, number), (name, header.GetValueOrDefault(name, uint.MaxValue)));
        }

        // A name that is absent from the table must be absent from the machine: else a program would miss it.
        foreach (string name in SystemCallPolicy.Rules.Keys.Except(SystemCallTable.Numbers(architecture).Keys))
        {
            Assert.DoesNotContain(name, header.Keys);
        }
    }

    /// <summary>The names that a header defines. arm64's gives some of them as another name, for machines of 32 and 64 bits.</summary>
    private static Dictionary<string, uint> ReadNumbers(string path)
    {
        var texts = new Dictionary<string, string>();
        foreach (Match match in Definition().Matches(File.ReadAllText(path)))
        {
            texts.TryAdd(match.Groups["name"].Value, match.Groups["text"].Value);
        }

        var numbers = new Dictionary<string, uint>();
        foreach (string name in texts.Keys.Where(name => name.StartsWith("__NR_", StringComparison.Ordinal)))
        {
            string text = name;
            while (texts.TryGetValue(text, out string? next))
            {
                text = next;
            }

            if (uint.TryParse(text, CultureInfo.InvariantCulture, out uint number) && name != "__NR_syscalls")
            {
                numbers[name["__NR_".Length..]] = number;
            }
        }

        return numbers;
    }

    [GeneratedRegex(@"^#define (?<name>__NR\w+) +(?<text>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Definition();
}
