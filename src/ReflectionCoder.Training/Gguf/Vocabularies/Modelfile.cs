using System.Text;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>
/// The Modelfile with which Ollama takes a file: where it is, how messages become a prompt, and what ends an answer. Ollama itself puts bos
/// in front.
/// </summary>
internal static class Modelfile
{
    /// <summary>
    /// The training format as a template of Go. A system message stands before the first user message, as in the chat client. An action's
    /// dash removes the line break beside it.
    /// </summary>
    private const string Template = """
        {{- $system := .System }}
        {{- range .Messages }}
        {{- if eq .Role "user" }}USERTEXT{{ if $system }}{{ $system }}{{ "\n\n" }}{{ $system = "" }}{{ end }}{{ .Content }}END
        {{- else if eq .Role "assistant" }}ASSISTANTTEXT{{ .Content }}END
        {{- end }}
        {{- end }}ASSISTANTTEXT
        """;

    /// <summary>Path of the Modelfile of a GGUF file; never the file's own.</summary>
    internal static string PathBeside(string path)
    {
        const string ending = ".gguf";
        return (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? path[..^ending.Length] : path) + ".Modelfile";
    }

    /// <summary>Makes the content.</summary>
    /// <param name="fileName">Name of the GGUF file, which lies in the same folder.</param>
    /// <param name="vocabulary">The file's vocabulary, with markers.</param>
    internal static string Create(string fileName, GgufVocabulary vocabulary)
    {
        string template = Template
            .ReplaceLineEndings("\n")
            .Replace("USER", Markers.User, StringComparison.Ordinal)
            .Replace("ASSISTANT", Markers.Assistant, StringComparison.Ordinal)
            .Replace("TEXT", Markers.Text, StringComparison.Ordinal)
            .Replace("END", Markers.EndOfBlock + Markers.EndOfMessage, StringComparison.Ordinal);
        StringBuilder content = new();
        content.Append("FROM ./").Append(fileName).Append('\n');
        content.Append("TEMPLATE \"\"\"").Append(template).Append("\"\"\"\n");
        foreach (string stop in (string[])[Markers.EndOfBlock, Markers.EndOfMessage, vocabulary.Tokens[vocabulary.Eos]])
        {
            content.Append("PARAMETER stop \"").Append(stop).Append("\"\n");
        }

        return content.ToString();
    }
}
