using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Tests;

/// <summary>
/// Renders chat templates as transformers does: Python's Jinja2, the environment and variables of <c>apply_chat_template</c>.
/// </summary>
internal static class JinjaOracle
{
    public const string Reason = "python3 with the package jinja2 is not there: install python3-jinja2.";

    private const string Script = """
        import json, sys
        import jinja2, jinja2.ext
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        def raise_exception(message):
            raise jinja2.exceptions.TemplateError(message)

        sys.stdin.reconfigure(encoding="utf-8")
        request = json.load(sys.stdin)
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
        environment.globals["raise_exception"] = raise_exception
        template = environment.from_string(request["template"])
        try:
            print(json.dumps({"text": template.render(**request["variables"])}))
        except jinja2.exceptions.TemplateError as error:
            print(json.dumps({"error": str(error)}))
        """;

    public static bool IsAvailable { get; } = Run("import jinja2, jinja2.sandbox", "") is not null;

    /// <summary>
    /// What the template of a folder makes of messages; variables are the special tokens that <c>tokenizer_config.json</c> names.
    /// </summary>
    /// <returns>The text, or the error that the template raised.</returns>
    public static (string? Text, string? Error) Render(string folder, JsonArray messages, bool addGenerationPrompt)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_config.json")))!.AsObject();
        string file = Path.Combine(folder, "chat_template.jinja");
        JsonObject variables = new() { ["messages"] = messages.DeepClone(), ["add_generation_prompt"] = addGenerationPrompt };
        foreach (string name in (string[])["bos_token", "eos_token", "pad_token"])
        {
            if (config[name] is { } token)
            {
                variables[name] = token.DeepClone();
            }
        }

        // transformers takes the file before the field.
        JsonNode template = File.Exists(file) ? File.ReadAllText(file) : config["chat_template"]!.DeepClone();
        JsonObject request = new() { ["template"] = template, ["variables"] = variables };
        string answer =
            Run(Script, request.ToJsonString()) ?? throw new InvalidOperationException("Jinja2 could not render the template of " + folder);
        using JsonDocument document = JsonDocument.Parse(answer);
        JsonElement root = document.RootElement;
        return root.TryGetProperty("text", out JsonElement text) ? (text.GetString(), null) : (null, root.GetProperty("error").GetString());
    }

    private static string? Run(string script, string input)
    {
        ProcessStartInfo start = new("python3", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed.
            return null;
        }
    }
}
