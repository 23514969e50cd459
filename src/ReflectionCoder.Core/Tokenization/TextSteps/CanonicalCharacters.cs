using System.Collections.Frozen;
using System.Globalization;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Combining classes, canonical decompositions and compositions of Unicode 9.0, the version that Hugging Face's library uses.
/// </summary>
/// <remarks>
/// They are read from the embedded file <c>CanonicalCharacters.txt</c>, which <c>eng/canonical-characters.py</c> writes. Hangul syllables
/// aren't in it; they are computed.
/// </remarks>
internal static class CanonicalCharacters
{
    private const int HangulBase = 0xac00;
    private const int HangulCount = 11172;
    private const int LeadBase = 0x1100;
    private const int LeadCount = 19;
    private const int VowelBase = 0x1161;
    private const int VowelCount = 21;
    private const int TailBase = 0x11a7;
    private const int TailCount = 28;

    private static readonly FrozenDictionary<int, byte> Classes;
    private static readonly FrozenDictionary<int, (int First, int Second)> Decompositions;
    private static readonly FrozenDictionary<(int First, int Second), int> Compositions;
    private static readonly FrozenSet<int> Changing;

    static CanonicalCharacters()
    {
        Dictionary<int, byte> classes = [];
        Dictionary<int, (int, int)> decompositions = [];
        Dictionary<(int, int), int> compositions = [];
        HashSet<int> changing = [];
        using Stream stream = typeof(CanonicalCharacters).Assembly.GetManifestResourceStream(
            "ReflectionCoder.Tokenization.CanonicalCharacters.txt"
        )!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            string[] fields = line.Split(' ');
            if (fields[0] == "CLASS")
            {
                byte value = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                foreach (int character in fields.Skip(2).SelectMany(Range))
                {
                    classes.Add(character, value);
                    changing.Add(character);
                }
            }
            else if (fields[0] != "#")
            {
                bool composes = fields[0][0] != '*';
                int whole = Hexadecimal(fields[0].TrimStart('*'));
                (int, int) parts = (Hexadecimal(fields[1]), fields.Length > 2 ? Hexadecimal(fields[2]) : -1);
                decompositions.Add(whole, parts);
                changing.Add(composes ? parts.Item2 : whole);
                if (composes)
                {
                    compositions.Add(parts, whole);
                }
            }
        }

        changing.UnionWith(Enumerable.Range(VowelBase, VowelCount));
        changing.UnionWith(Enumerable.Range(TailBase + 1, TailCount - 1));
        Classes = classes.ToFrozenDictionary();
        Decompositions = decompositions.ToFrozenDictionary();
        Compositions = compositions.ToFrozenDictionary();
        Changing = changing.ToFrozenSet();
    }

    /// <summary>Whether composing may change a text with this character. A text without any such character is composed already.</summary>
    public static bool MayChange(int character) => Changing.Contains(character);

    /// <summary>The character's canonical combining class; 0 if others combine with it.</summary>
    public static byte ClassOf(int character) => Classes.GetValueOrDefault(character);

    /// <summary>Appends a character's full canonical decomposition.</summary>
    public static void Decompose(int character, List<int> target)
    {
        int hangul = character - HangulBase;
        if ((uint)hangul < HangulCount)
        {
            target.Add(LeadBase + (hangul / (VowelCount * TailCount)));
            target.Add(VowelBase + (hangul / TailCount % VowelCount));
            if (hangul % TailCount > 0)
            {
                target.Add(TailBase + (hangul % TailCount));
            }
        }
        else if (Decompositions.TryGetValue(character, out (int First, int Second) parts))
        {
            // In Unicode only the first part of a decomposition may decompose further.
            Decompose(parts.First, target);
            if (parts.Second >= 0)
            {
                target.Add(parts.Second);
            }
        }
        else
        {
            target.Add(character);
        }
    }

    /// <summary>The character that two characters compose to; -1 if they don't compose.</summary>
    public static int Compose(int first, int second)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if ((uint)lead < LeadCount && (uint)vowel < VowelCount)
        {
            return HangulBase + (((lead * VowelCount) + vowel) * TailCount);
        }

        int hangul = first - HangulBase;
        int tail = second - TailBase;
        if ((uint)hangul < HangulCount && hangul % TailCount == 0 && tail is > 0 and < TailCount)
        {
            return first + tail;
        }

        return Compositions.TryGetValue((first, second), out int whole) ? whole : -1;
    }

    private static IEnumerable<int> Range(string field)
    {
        string[] ends = field.Split('-');
        int first = Hexadecimal(ends[0]);
        return Enumerable.Range(first, Hexadecimal(ends[^1]) - first + 1);
    }

    private static int Hexadecimal(string field) => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
