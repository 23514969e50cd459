using System.Text.RegularExpressions;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Programs;

namespace ReflectionCoder.Construction.Chat;

/// <summary>
/// The templates of a <see cref="ChatAuthor"/>. A word of small letters in braces, such as <c>{instruction}</c>, is a placeholder; all
/// other braces are plain text. What takes a placeholder's place is never read as a template itself.
/// </summary>
public sealed partial record ChatAuthorPrompts : IValidatedOptions
{
    /// <summary>
    /// Asks for a solution and tests, where the task has no tests. Must have <c>{instruction}</c>; may have <c>{language}</c>.
    /// </summary>
    public string Solve { get; set; } =
        """
            Solve the task below in {language}, and write tests for your solution.

            Task:
            {instruction}

            Begin with your plan in one to three sentences. Then give exactly two fenced code blocks: the first holds the complete solution
            without tests, the second holds only tests. The tests call the solution, run at once when the program is run, and end the program
            with an error if a value is wrong. Both blocks are joined into one program. Use nothing but the standard library.
            """;

    /// <summary>
    /// Asks for a solution, where the task has tests. Must have <c>{instruction}</c> and <c>{tests}</c>; may have <c>{language}</c>.
    /// </summary>
    public string SolveWithTests { get; set; } =
        """
            Solve the task below in {language}.

            Task:
            {instruction}

            The solution will be run with these tests:
            {tests}

            Begin with your plan in one to three sentences. Then give exactly one fenced code block with the complete solution, without the
            tests. Use nothing but the standard library.
            """;

    /// <summary>Gives back what a failed run printed. Must have <c>{output}</c>; may have <c>{language}</c>.</summary>
    public string Repair { get; set; } =
        """
            The program failed. It printed:
            {output}

            Find the root cause: say what the output shows, which line is wrong and why. Then give the whole program anew in the same form,
            corrected. Don't remove or weaken tests; if a test itself is wrong, say so and correct its expected value.
            """;

    /// <summary>
    /// Asks for the final answer. Must have <c>{instruction}</c> and <c>{tests}</c>, which tell it the names to define; may have
    /// <c>{language}</c>.
    /// </summary>
    public string Answer { get; set; } =
        """
            {instruction}

            Answer in {language} with one fenced code block that is complete and stands alone, without tests. A sentence of explanation may
            follow. Write as if this were the first time that you see the task: no word about other versions, runs or errors. The code will
            be checked like this:
            {tests}
            """;

    /// <summary>The first user message of the sample. Must have <c>{instruction}</c>; may have <c>{language}</c>.</summary>
    public string SampleRequest { get; set; } =
        "{instruction}\nWrite the code and tests, run them, and find and correct the cause of every failure until the tests pass.";

    /// <summary>The second user message of the sample. Must have <c>{instruction}</c>; may have <c>{language}</c>.</summary>
    public string SampleReanswer { get; set; } = "{instruction}";

    /// <summary>Finds templates that lack a placeholder or have an unknown one.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors()
    {
        OptionErrors errors = new();
        Check(errors, Solve, nameof(Solve), ["instruction"]);
        Check(errors, SolveWithTests, nameof(SolveWithTests), ["instruction", "tests"]);
        Check(errors, Repair, nameof(Repair), ["output"]);
        Check(errors, Answer, nameof(Answer), ["instruction", "tests"]);
        Check(errors, SampleRequest, nameof(SampleRequest), ["instruction"]);
        Check(errors, SampleReanswer, nameof(SampleReanswer), ["instruction"]);
        return errors.Found;
    }

    /// <summary>Puts values in place of the placeholders, in one pass.</summary>
    internal static string Fill(string template, string language, string instruction = "", string tests = "", string output = "") =>
        Placeholder()
            .Replace(
                template.ReplaceLineEndings("\n"),
                match =>
                    match.Value switch
                    {
                        "{language}" => TestLanguage.For(language).Title,
                        "{instruction}" => instruction.Trim(),
                        "{tests}" => tests,
                        "{output}" => output,
                        _ => match.Value,
                    }
            );

    private static void Check(OptionErrors errors, string? template, string name, string[] required)
    {
        if (string.IsNullOrWhiteSpace(template))
        {
            _ = errors.Require(holds: false, template, "a template that is not empty", name);
            return;
        }

        HashSet<string> found = [.. Placeholder().Matches(template).Select(match => match.Value.Trim('{', '}'))];
        foreach (string missing in required.Where(one => !found.Contains(one)))
        {
            _ = errors.Require(holds: false, template, $"a template with the placeholder {{{missing}}}", name);
        }

        foreach (string unknown in found.Where(one => one != "language" && !required.Contains(one)).Order(StringComparer.Ordinal))
        {
            _ = errors.Require(holds: false, template, $"a template without the unknown placeholder {{{unknown}}}", name);
        }
    }

    [GeneratedRegex(@"\{[a-z_]+\}", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Placeholder();
}
