namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>
/// The training format as a Jinja template, for <c>apply_chat_template</c> of transformers and servers that use it. The template itself
/// writes bos, so transformers encodes the rendered text without adding special tokens. A message's content is a string, which becomes a
/// text block, or a list of blocks with <c>type</c> and <c>content</c> (or <c>text</c>). System messages are put before the text of the
/// first user message, as the chat client does.
/// </summary>
internal static class ChatTemplate
{
    /// <summary>
    /// The template's file. transformers prefers it to the field of <c>tokenizer_config.json</c>; older versions know only the field.
    /// </summary>
    public const string FileName = "chat_template.jinja";

    /// <summary>The field of <c>tokenizer_config.json</c>.</summary>
    public const string FieldName = "chat_template";

    /// <summary>
    /// Other files and folders that hold templates. Saving deletes those of a former tokenizer, which transformers would still use: named
    /// templates and a processor's template.
    /// </summary>
    public static IReadOnlyList<string> Others { get; } = ["additional_chat_templates", "chat_template.json"];

    // Every tag removes the white space on both sides. So the line breaks below never get into the rendered text, whatever the settings of
    // the renderer are.
    private const string Messages = """
        {%- set ns = namespace(system='') -%}
        {%- for message in messages -%}
          {%- if message['role'] == 'system' -%}
            {%- if message['content'] is string -%}
              {%- set ns.system = ns.system + message['content'] -%}
            {%- else -%}
              {%- for block in message['content'] -%}
                {%- set ns.system = ns.system + (block['content'] if 'content' in block else block['text']) -%}
              {%- endfor -%}
            {%- endif -%}
            {%- set ns.system = ns.system + '\n\n' -%}
          {%- elif message['role'] not in ['user', 'assistant'] -%}
            {{- raise_exception("'" + message['role'] + "' is no role of the training format; expected system, user or assistant.") -}}
          {%- endif -%}
        {%- endfor -%}
        {%- for message in messages -%}
          {%- if message['role'] != 'system' -%}
            {{- '<|' + message['role'] + '|>' -}}
            {%- if message['content'] is string -%}
              {{- '<|text|>' + (ns.system if message['role'] == 'user' else '') + message['content'] + '<|endofblock|>' -}}
            {%- else -%}
              {%- for block in message['content'] -%}
                {%- if block['type'] not in ['text', 'code', 'execution'] -%}
                  {{- raise_exception("'" + block['type'] + "' is no block of the training format; expected text, code or execution.") -}}
                {%- endif -%}
                {{- '<|' + block['type'] + '|>' + (ns.system if message['role'] == 'user' and loop.first else '') -}}
                {{- (block['content'] if 'content' in block else block['text']) + '<|endofblock|>' -}}
              {%- endfor -%}
            {%- endif -%}
            {%- if message['role'] == 'user' -%}
              {%- set ns.system = '' -%}
            {%- endif -%}
            {{- '<|endofmessage|>' -}}
            {%- if loop.last and not add_generation_prompt and message['role'] == 'assistant' -%}
              {{- eos_token -}}
            {%- endif -%}
          {%- endif -%}
        {%- endfor -%}
        {%- if ns.system -%}
          {{- raise_exception('The training format has no system message; it takes a user message to stand in front of.') -}}
        {%- endif -%}
        {%- if add_generation_prompt -%}
          {{- '<|assistant|><|text|>' -}}
        {%- endif -%}

        """;

    /// <summary>Makes the template.</summary>
    /// <param name="hasBosToken">Whether the tokenizer has a bos. If not, samples begin with eos.</param>
    public static string Create(bool hasBosToken) =>
        (hasBosToken ? "{{- bos_token -}}\n" : "{{- eos_token -}}\n") + Messages.ReplaceLineEndings("\n");
}
