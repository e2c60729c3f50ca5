using System.CommandLine;
using System.CommandLine.Parsing;

namespace Inkling.Cli;

/// <summary>From arguments to an exit code: 0 done, 1 failed, 2 wrong usage, each failure one line on standard error.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return ReportWrongUsage(parsed);
        using Interruption interruption = new();
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (InklingException e)
        {
            return Fail(e.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail("Interrupted.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return Fail(e.Message);
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message.ReplaceLineEndings(" "));
        return Failed;
    }

    private static int ReportWrongUsage(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "inkling" : $"inkling {command.Name}";
        if (parsed.UnmatchedTokens is [string unmatched, ..])
        {
            Console.Error.WriteLine(command is RootCommand
                ? $"There is no command \"{unmatched}\". Commands: {string.Join(", ", command.Subcommands.Select(c => c.Name))}."
                : $"{name} has no option \"{unmatched}\". Options: {string.Join(", ", command.Options.Select(o => o.Name).Where(o => o.StartsWith("--", StringComparison.Ordinal)))}.");
        }
        else if (command is RootCommand)
        {
            Console.Error.WriteLine($"What shall it do? Commands: {string.Join(", ", command.Subcommands.Select(c => c.Name))}. \"inkling --help\" tells more.");
        }
        else
        {
            ParseError error = parsed.Errors[0];
            Console.Error.WriteLine($"{error.Message.TrimEnd('.')}. \"{name} --help\" lists what it takes.");
        }

        return WrongUsage;
    }
}
