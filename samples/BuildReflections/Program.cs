using System.CommandLine;
using System.Runtime.InteropServices;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Samples;
using ReflectionCoder.Sandbox;

BuildArguments arguments = new();
AuthorArguments authorArguments = new();
using StopSignal stop = new();
RootCommand command = new(
    """
    Writes reflection sequences for programming tasks, from real execution. A run that ended, by a signal or a crash, goes on where it
    stopped when it is started again.

      BuildReflections --tasks samples/data/tasks.jsonl --output data
          breaks the tasks' known-good solutions by mutation, runs them, and corrects them; the tasks must have tests and a solution, in
          Python, JavaScript or C#
      BuildReflections --tasks instructions.jsonl --output data --endpoint https://api.openai.com/v1 --model NAME \
          --input-price 2.5 --output-price 10
          lets a model write them; so does any other OpenAI-compatible server (vLLM, Ollama, llama.cpp)
      BuildReflections --tasks instructions.jsonl --output data --model-directory runs/model
          lets a model that FineTune trained write them
    """
);
arguments.AddTo(command);
authorArguments.AddTo(command);
command.SetAction(
    async (parsed, _) =>
    {
        BuildSettings settings = arguments.Read(parsed);
        try
        {
            if (await new BuildRun(settings, authorArguments.Read(parsed)).RunAsync(stop.Token) > 0)
            {
                return ExitCode.Done;
            }

            string rejects = Path.Combine(settings.Output, "rejects.jsonl");
            await Console.Error.WriteLineAsync($"error: nothing was kept; {rejects} says why.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                $"Stopped; what is finished is in {settings.Output} and in the journal. The same command goes on."
            );
            return stop.ExitCode;
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or ArgumentException
                        or AuthorCallException
                        or IOException
                        or UnauthorizedAccessException
                        or SandboxUnavailableException
                        or InvalidDataException
                        or InvalidOperationException
                        or DllNotFoundException
                        or ExternalException
            )
        {
            await Console.Error.WriteLineAsync("error: " + exception.Message.ReplaceLineEndings(" "));
            return ExitCode.Failed;
        }
    }
);
return await CommandLine.RunAsync(command, args);
