namespace ReflectionCoder.Sandbox.Languages;

/// <summary>PHP's command line interpreter.</summary>
internal static class PhpLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "php",
            SourceFile = "solution.php",
            Tools = ["php"],
            Install = "apt-get install php-cli",
            Run = _ =>
                [
                    "php",
                    "-ddisplay_errors=stderr",
                    "-dlog_errors=0",
                    "-dhtml_errors=0",
                    "-derror_reporting=-1",
                    "-dzend.assertions=1", // off in Debian's settings
                    "-dmemory_limit=-1", // the sandbox's limit counts
                    "solution.php",
                ],
            // Debian's /usr/bin/php is a link through /etc/alternatives, and the list of extensions is in /etc/php.
            Folders = ["/etc/alternatives", "/etc/php"],
            UsesEpoll = false,
        };
}
