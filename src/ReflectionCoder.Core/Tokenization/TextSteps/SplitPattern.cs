using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Translates the regular expression of a tokenizer file from Oniguruma's syntax into .NET's. Syntax that the two understand differently,
/// and patterns that name characters above U+FFFF, are refused.
/// </summary>
/// <remarks>When a text is matched, it has placeholders for characters above U+FFFF (<see cref="SplitSteps"/>).</remarks>
internal ref partial struct SplitPattern
{
    /// <summary>The pattern that GPT-2 splits by.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>The pattern that Qwen2 splits by.</summary>
    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const int CompiledPatterns = 64;
    private const string Categories = " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf ";
    private const string LongFolds = " ss st ff fi fl ";
    private static readonly SearchValues<char> BoundCharacters = SearchValues.Create("0123456789,");
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);
    private static readonly ConditionalWeakTable<Regex, SearchValues<char>> Needed = [];
    private readonly ReadOnlySpan<char> pattern;
    private readonly StringBuilder output = new();
    private int at;
    private bool ignoresCase;

    private SplitPattern(string pattern)
    {
        this.pattern = pattern;
    }

    /// <summary>Compiles an expression. A match that takes longer than half a minute is stopped with an exception.</summary>
    /// <param name="pattern">The file's expression.</param>
    /// <returns>The same expression for .NET.</returns>
    /// <exception cref="ArgumentException">It holds something that isn't supported.</exception>
    public static Regex Compile(string pattern)
    {
        if (!Compiled.TryGetValue(pattern, out Regex? regex))
        {
            string translated = new SplitPattern(pattern).Translate();
            regex = new Regex(translated, RegexOptions.Compiled | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30));
            if (Compiled.Count >= CompiledPatterns)
            {
                Compiled.Clear();
            }

            Compiled[pattern] = regex;
        }

        return regex;
    }

    /// <summary>
    /// Finds a set of characters such that every match holds at least one of them. It is known only for an expression that is one character
    /// set, possibly repeated, and possibly after an optional space.
    /// </summary>
    /// <param name="regex">A compiled expression.</param>
    /// <returns>The characters; null for an expression of another form.</returns>
    public static SearchValues<char>? NeededBy(Regex regex) =>
        OneSet().IsMatch(regex.ToString()) ? Needed.GetValue(regex, CharactersOf) : null;

    /// <summary>Makes an expression that finds a text literally.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <returns>An expression that finds it.</returns>
    /// <exception cref="ArgumentException">The text holds a character above U+FFFF.</exception>
    public static Regex CompileLiteral(string text) => Compile(Regex.Escape(text));

    // A character belongs to the set if the expression matches it alone.
    private static SearchValues<char> CharactersOf(Regex regex) =>
        SearchValues.Create([
            .. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(character => regex.IsMatch([character])),
        ]);

    [GeneratedRegex(@"\A(?:\\s\?| \?)?(?:\[[^][]+\]|\\[pP]\{\w+\})\+?\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OneSet();

    private string Translate()
    {
        Stack<(int Start, bool IgnoresCase)> groups = new();
        int atom = 0;
        while (at < pattern.Length)
        {
            char next = pattern[at];
            int start = output.Length;
            switch (next)
            {
                case '(':
                    groups.Push((start, ignoresCase));
                    OpenGroup();
                    continue;
                case ')':
                    (atom, ignoresCase) = groups.TryPop(out (int, bool) opened) ? opened : throw Refuse("a ')' without '('");
                    Copy(1);
                    break;
                case '|':
                    Copy(1);
                    continue;
                case '[':
                    atom = start;
                    CopyClass();
                    break;
                case '\\':
                    atom = start;
                    CopyEscape(inClass: false);
                    break;
                case '^' or '$':
                    throw Refuse($"'{next}', which Oniguruma takes for the bounds of lines");
                default:
                    atom = start;
                    CopyLiteral();
                    break;
            }

            CopyQuantifier(atom);
        }

        return output.ToString();
    }

    private void OpenGroup()
    {
        foreach (string opening in (string[])["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"])
        {
            if (pattern[at..].StartsWith(opening, StringComparison.Ordinal))
            {
                ignoresCase = opening == "(?i:" || (ignoresCase && opening != "(?-i:");
                Copy(opening.Length);
                return;
            }
        }

        if (at + 1 < pattern.Length && pattern[at + 1] == '?')
        {
            throw Refuse("an option or a group other than (?:, (?i:, (?>, look-ahead and look-behind");
        }

        at++;
        output.Append("(?:");
    }

    private void CopyClass()
    {
        Copy(1);
        if (at < pattern.Length && pattern[at] == '^')
        {
            Copy(1);
        }

        int start = at;
        string equals = string.Empty;
        while (at < pattern.Length && (pattern[at] != ']' || at == start))
        {
            if (pattern[at] is '[' or ']')
            {
                throw Refuse("a set inside a set, or a ']' as a set's first character");
            }

            if (pattern[at..].StartsWith("&&", StringComparison.Ordinal))
            {
                throw Refuse("an intersection of sets");
            }

            if (pattern[at] == '\\')
            {
                CopyEscape(inClass: true);
            }
            else
            {
                CheckPlane(pattern[at]);
                equals += EqualsOf(pattern[at]);
                if (ignoresCase && pattern[at] == '-' && at > start && at + 1 < pattern.Length && pattern[at + 1] != ']')
                {
                    throw Refuse("a range in a set that ignores case");
                }

                Copy(1);
            }
        }

        output.Append(equals);
        if (at == pattern.Length)
        {
            throw Refuse("a set without end");
        }

        Copy(1);
    }

    private void CopyEscape(bool inClass)
    {
        if (at + 1 == pattern.Length)
        {
            throw Refuse("a '\\' at the end");
        }

        char escaped = pattern[at + 1];
        if (
            escaped is 'r' or 'n' or 't' or 'f' or 'v' or 's' or 'S' or 'd' or 'D'
            || (char.IsAscii(escaped) && !char.IsAsciiLetterOrDigit(escaped))
        )
        {
            Copy(2);
        }
        else if (escaped is 'p' or 'P')
        {
            int end = pattern[at..].IndexOf('}');
            string name = end > 3 && pattern[at + 2] == '{' ? pattern[(at + 3)..(at + end)].ToString() : "?";
            if (!Categories.Contains($" {name} ", StringComparison.Ordinal) || (name is "Lu" or "Ll" or "Lt" && ignoresCase))
            {
                throw Refuse($"the property '{name}'; expected a general category such as L or Nd");
            }

            Copy(end + 1);
        }
        else if (
            escaped == 'u'
            && at + 6 <= pattern.Length
            && ushort.TryParse(pattern.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
        )
        {
            CheckPlane((char)code);
            Copy(6);
        }
        else
        {
            throw Refuse($"'\\{escaped}'{(inClass ? " in a set" : string.Empty)}");
        }
    }

    private void CopyLiteral()
    {
        char literal = pattern[at];
        CheckPlane(literal);
        string equals = EqualsOf(literal);
        if (
            ignoresCase
            && at + 1 < pattern.Length
            && LongFolds.Contains($" {char.ToLowerInvariant(literal)}{char.ToLowerInvariant(pattern[at + 1])} ", StringComparison.Ordinal)
        )
        {
            throw Refuse($"'{pattern.Slice(at, 2)}' without regard to case, which Oniguruma finds in a ligature too");
        }

        if (equals.Length > 0)
        {
            output.Append('[').Append(literal).Append(equals).Append(']');
            at++;
            return;
        }

        if (literal is '*' or '+' or '?')
        {
            throw Refuse($"a '{literal}' with nothing to repeat");
        }

        if (literal is '{' or '}' or ']')
        {
            output.Append('\\');
        }

        Copy(1);
    }

    /// <summary>Copies the quantifier after an atom. A possessive quantifier becomes an atomic group.</summary>
    private void CopyQuantifier(int atom)
    {
        if (at == pattern.Length)
        {
            return;
        }

        bool interval = pattern[at] == '{';
        if (interval)
        {
            int end = pattern[at..].IndexOf('}');
            ReadOnlySpan<char> bounds = end < 0 ? [] : pattern.Slice(at + 1, end - 1);
            if (bounds.IsEmpty || bounds.ContainsAnyExcept(BoundCharacters) || !char.IsAsciiDigit(bounds[0]) || bounds.Count(',') > 1)
            {
                throw Refuse("a '{' that isn't {n}, {n,} or {n,m}");
            }

            Copy(end + 1);
        }
        else if (pattern[at] is '*' or '+' or '?')
        {
            Copy(1);
        }
        else
        {
            return;
        }

        if (at < pattern.Length && pattern[at] is '*' or '+' or '?' or '{')
        {
            if (interval || pattern[at] is '*' or '{')
            {
                throw Refuse($"'{pattern[at]}' behind another repetition");
            }

            if (pattern[at] == '+')
            {
                output.Insert(atom, "(?>").Append(')');
                at++;
            }
            else
            {
                Copy(1);
            }
        }

        if (at < pattern.Length && pattern[at] is '*' or '+' or '?' or '{')
        {
            throw Refuse($"'{pattern[at]}' behind another repetition");
        }
    }

    private void Copy(int length)
    {
        output.Append(pattern.Slice(at, length));
        at += length;
    }

    /// <summary>The characters that Oniguruma treats as the same letter when case is ignored, and .NET doesn't.</summary>
    private readonly string EqualsOf(char literal) =>
        !ignoresCase ? string.Empty
        : !char.IsAscii(literal) ? throw Refuse($"'{literal}' without regard to case")
        : char.ToLowerInvariant(literal) switch
        {
            's' => "\u017f",
            'k' => "\u212a",
            _ => string.Empty,
        };

    private readonly void CheckPlane(char character)
    {
        if (char.IsSurrogate(character))
        {
            throw Refuse("a character beyond U+FFFF");
        }
    }

    private readonly ArgumentException Refuse(string what) => new($"{what} (at {at})");
}
