using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>
/// Replaces files of a folder together: whenever the process dies, what comes next finds all the old files or all the new ones.
/// </summary>
/// <remarks>
/// <para>The new files are written to a folder inside and flushed; one rename of that folder commits them. Then they take their places one
/// by one: <c>config.json</c> or <c>adapter_config.json</c>, without which a folder is no model or adapter, leaves first and comes back
/// last, and weights of a former save that the new ones don't replace go before that. A move that was cut off is finished by
/// <see cref="Finish(string)"/>, which every reader and writer of a model's or adapter's folder calls; until then other programs find no
/// such file, never a mixture.</para>
/// <para>One process at a time may write to a folder. Any number may read meanwhile: the one that holds the list of files moves them, the
/// others wait.</para>
/// </remarks>
internal sealed class FolderUpdate(string directory)
{
    /// <summary>Start of the name of a folder that is being written; what a killed process left of it is worth nothing.</summary>
    internal const string TemporaryPrefix = ".saving.tmp-";

    private const string CommittedName = ".saved";
    private const string ManifestName = "files.list";
    private static readonly string[] Last = ["config.json", WeightFiles.AdapterConfiguration];

    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Whether an update was committed and not finished: the folder holds new files that have yet to take their places.</summary>
    internal bool IsUnfinished => Directory.Exists(Path.Combine(directory, CommittedName));

    /// <summary>Called after each step: the tests' place to look or to die.</summary>
    internal Action<string>? AfterStep { get; init; }

    /// <summary>Called with the folder that holds the new files, before they count.</summary>
    internal Action<string>? BeforeCommit { get; init; }

    /// <summary>Writes files and puts them in the place of the former ones.</summary>
    /// <param name="writeFiles">Writes all files into the folder it is given; folders inside are not taken over.</param>
    /// <exception cref="IOException">The system refused. Before the commit the folder is as it was, after it the next
    /// <see cref="Finish(string)"/> goes on.</exception>
    internal void Write(Action<string> writeFiles)
    {
        Directory.CreateDirectory(directory);
        Finish();
        RemoveTemporaries();
        string temporary = Path.Combine(directory, TemporaryPrefix + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            Directory.CreateDirectory(temporary);
            AfterStep?.Invoke("created");
            writeFiles(temporary);
            BeforeCommit?.Invoke(temporary);
            string[] names = [.. Directory.EnumerateFiles(temporary).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
            File.WriteAllText(Path.Combine(temporary, ManifestName), JsonSerializer.Serialize(names));
            DurableStorage.FlushTree(temporary);
            AfterStep?.Invoke("flushed");
            Directory.Move(temporary, Path.Combine(directory, CommittedName));
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }

        DurableStorage.FlushDirectory(directory);
        AfterStep?.Invoke("committed");
        Finish();
    }

    /// <summary>Finishes an update that was committed and then cut off; without one, nothing happens.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="DataFormatException">The list of files is damaged.</exception>
    internal void Finish()
    {
        string committed = Path.Combine(directory, CommittedName);
        if (!Directory.Exists(committed))
        {
            return;
        }

        string manifest = Path.Combine(committed, ManifestName);
        using (FileStream? list = Lock(manifest))
        {
            if (list is not null)
            {
                Move(committed, ReadNames(list));
                DurableStorage.FlushDirectory(directory);
            }
        }

        try
        {
            File.Delete(manifest);
            AfterStep?.Invoke("listed no more");
            Directory.Delete(committed, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has waited for the lock, and was quicker here.
        }

        AfterStep?.Invoke("finished");
    }

    /// <summary>
    /// Opens the list for this process alone, and waits for another one that does the same work; null where there is none, because all has
    /// been moved.
    /// </summary>
    private static FileStream? Lock(string manifest)
    {
        DateTime end = DateTime.UtcNow + LockTimeout;
        while (true)
        {
            try
            {
                return new FileStream(manifest, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>Removes what killed writes left behind.</summary>
    internal void RemoveTemporaries()
    {
        foreach (string stray in Directory.GetDirectories(directory, TemporaryPrefix + "*"))
        {
            Directory.Delete(stray, recursive: true);
        }
    }

    private void Move(string committed, string[] names)
    {
        foreach (string name in Last.Where(name => File.Exists(Path.Combine(committed, name))))
        {
            File.Delete(Path.Combine(directory, name));
            DurableStorage.FlushDirectory(directory); // a power cut must not keep the old one beside new weights
            AfterStep?.Invoke("removed " + name);
        }

        foreach (string name in names.Except(Last))
        {
            MoveFile(committed, name);
        }

        if (names.Intersect(WeightFiles.In(directory)).Any())
        {
            foreach (string stale in WeightFiles.In(directory).Except(names).ToArray())
            {
                File.Delete(Path.Combine(directory, stale));
                AfterStep?.Invoke("removed " + stale);
            }
        }

        if (names.Contains("chat_template.jinja"))
        {
            // Of the tokenizer that was here before; transformers would offer them beside the new template.
            File.Delete(Path.Combine(directory, "chat_template.json"));
            TryDelete(Path.Combine(directory, "additional_chat_templates"));
        }

        DurableStorage.FlushDirectory(directory);
        foreach (string name in names.Intersect(Last))
        {
            MoveFile(committed, name);
        }
    }

    private void MoveFile(string committed, string name)
    {
        string source = Path.Combine(committed, name);
        if (File.Exists(source))
        {
            File.Move(source, Path.Combine(directory, name), overwrite: true);
            AfterStep?.Invoke("moved " + name);
        }
    }

    private static string[] ReadNames(FileStream list)
    {
        try
        {
            string[] names = JsonSerializer.Deserialize<string[]>(list) ?? [];
            if (names.All(name => !string.IsNullOrEmpty(name) && Path.GetFileName(name) == name && name is not ("." or "..")))
            {
                return names;
            }
        }
        catch (JsonException)
        {
            // Reported below, with the file.
        }

        throw DataFormatException.OfTensor(
            list.Name,
            null,
            $"no list of file names; remove {Path.GetDirectoryName(list.Name)}, or save the model again elsewhere."
        );
    }

    /// <summary>Replaces files of a model's or adapter's folder together; the errors name the folder that was asked for.</summary>
    internal static void Replace(string directory, Action<string> writeFiles, Action<string>? afterStep = null) =>
        Guard(directory, () => new FolderUpdate(directory) { AfterStep = afterStep }.Write(writeFiles));

    /// <summary>Finishes an update that was committed and then cut off; the errors name the folder that was asked for.</summary>
    internal static void Finish(string directory) => Guard(directory, new FolderUpdate(directory).Finish);

    private static void Guard(string directory, Action write)
    {
        try
        {
            write();
        }
        catch (FileWriteException e)
        {
            // The file was to be written into a folder that is gone by now.
            throw new FileWriteException(Path.Combine(directory, Path.GetFileName(e.Path)), e.InnerException ?? e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(directory, e);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The cause is on its way to the caller; the stray goes with the next write.
        }
    }
}
