namespace ReflectionCoder.Tests.Reports;

/// <summary>Texts that would become more than text, if a page let them.</summary>
internal static class HostileText
{
    public static IReadOnlyList<string> All { get; } =
    [
        "</script><script>window.hit = 1</script>",
        "<img src=x onerror=\"window.hit = 1\">",
        "<img src=https://example.invalid/x.png>",
        "<svg/onload=window.hit=1>",
        "\" onmouseover=\"window.hit = 1\" x=\"",
        "' autofocus onfocus='window.hit = 1",
        "</style><style>body{display:none}</style>",
        "</title></head><body onload=window.hit=1>",
        "<!-- --><!DOCTYPE html><![CDATA[ ]]>",
        "-->]]><iframe srcdoc=\"<script>parent.hit=1</script>\"></iframe>",
        "&lt;script&gt; &#60;b&#62; &amp;",
        "javascript:window.hit=1",
        "</code></pre></details></section><form action=//example.invalid><input name=q>",
        "<meta http-equiv=refresh content=\"0;url=https://example.invalid/\">",
        "<link rel=stylesheet href=https://example.invalid/x.css><base href=https://example.invalid/>",
        "`${window.hit = 1}` {{constructor.constructor('window.hit = 1')()}}",
        "\0\u0001\u001b[31m\u0007\b\u007f\u0085\u009b",
        "lone \ud800 and \udc00 end \ud83d",
        "\u202egnp.exe\u202c \u2066a\u2069 \u200b\ufeff\u2028\u2029\uffff",
        "a\rb\r\nc\nd",
        "😀 𝔸 e\u0301 日本語 العربية",
        new string('x', 100_000),
        new string('(', 2000) + new string('\n', 3000),
        "",
        " \t\n ",
    ];
}
