using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Languages.Mistakes;
using ReflectionCoder.Languages.Programs;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Languages;

/// <summary>A language whose programs are parsed, with the mistakes that are made in it.</summary>
/// <typeparam name="TProgram">What a parsed program is.</typeparam>
internal abstract class ParsedMutations<TProgram>(CodeReader code) : MutationLanguage(code)
    where TProgram : ProgramModel
{
    /// <summary>The operators in a fixed order. Where two of them change a program to the same text, the first one has the place.</summary>
    internal abstract IReadOnlyList<MistakeFinder<TProgram>> Operators { get; }

    internal sealed override string Identity => $"{Name}: {string.Join(' ', Operators.Select(one => one.Name))}";

    internal sealed override IMutableProgram Parse(string source) => new MutableProgram(this, Read(source));

    /// <summary>Parses a program.</summary>
    /// <exception cref="FormatException">The source can't be read.</exception>
    internal abstract TProgram Read(string source);

    private sealed class MutableProgram(ParsedMutations<TProgram> language, TProgram program) : IMutableProgram
    {
        public string Text => program.Text;

        public IReadOnlyList<MutationPlaces> FindMutations()
        {
            List<MutationPlaces> found = [];
            HashSet<string> seen = [program.Text];
            foreach (MistakeFinder<TProgram> finder in language.Operators)
            {
                List<Mutation> places = [];
                foreach (Mistake? mistake in finder.Find(program))
                {
                    if (mistake is not null && seen.Add(TextEdit.Apply(program.Text, mistake.Edits)))
                    {
                        places.Add(
                            new Mutation(finder.Name, mistake.Edits, mistake.Diagnosis, mistake.Repair) { Culprit = mistake.Culprit }
                        );
                    }
                }

                if (places.Count > 0)
                {
                    found.Add(new MutationPlaces(finder.Name, finder.Kind, finder.IsCommon, places));
                }
            }

            return found;
        }

        public string Outline(string? entryPoint) => ProgramOutline.Describe(program, entryPoint);

        public IEnumerable<int> LinesOf(TextEdit edit) => program.Source.LinesOf(edit);
    }
}
