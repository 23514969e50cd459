using System.Text;

namespace ReflectionCoder.Tokenization;

/// <summary>Brings text to Unicode's form C where that changes anything.</summary>
internal static class TextComposer
{
    private const char FirstCombining = '\u0300';

    // With InvariantGlobalization, or without ICU, .NET leaves text as it is; silent wrong ids would be worse than an error.
    private static readonly bool CanCompose = "e\u0301".Normalize(NormalizationForm.FormC).Length == 1;

    public static string Compose(string text)
    {
        // Nothing below the first combining mark can change or combine.
        if (!text.AsSpan().ContainsAnyInRange(FirstCombining, char.MaxValue))
        {
            return text;
        }

        if (!CanCompose)
        {
            throw new SampleFormatException(
                "This tokenizer composes characters (NFC), which .NET does only with ICU: install libicu and set InvariantGlobalization to false.");
        }

        // string.Normalize refuses the noncharacter U+FFFE, which composes with nothing.
        return string.Join('\ufffe', text.Split('\ufffe').Select(part => part.Normalize(NormalizationForm.FormC)));
    }
}
