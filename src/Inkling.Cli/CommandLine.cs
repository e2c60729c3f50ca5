using System.CommandLine;
using System.CommandLine.Parsing;

namespace Inkling.Cli;

/// <summary>
/// Runs a command line and returns its exit code: 0 done, 1 failed, 2 wrong usage. Each failure is one line on standard error.
/// </summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        if (Array.Exists(args, string.IsNullOrEmpty))
            return Fail("An argument is empty. Is a variable in the command not set?", WrongUsage);
        ParseResult parsed;
        try
        {
            // No response files: @x.png is a picture's name.
            parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        }
        catch (InvalidOperationException e) // from a validator that asks for the value of an option without one
        {
            return Fail(e.Message, WrongUsage);
        }

        if (parsed.Errors.Count > 0)
            return ReportWrongUsage(parsed);
        if (UnknownOption(parsed) is { } unknown)
            return Fail(NoSuchOption(parsed.CommandResult, unknown), WrongUsage);
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

    private static int Fail(string message, int exitCode = Failed)
    {
        try
        {
            Console.Error.WriteLine(OneLine.Of(message));
        }
        catch (IOException)
        {
            // standard error cannot be written: the exit code must do
        }

        return exitCode;
    }

    private static int ReportWrongUsage(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string subcommands = string.Join(", ", command.Subcommands.Select(c => c.Name));
        string message = (parsed.UnmatchedTokens, command) switch
        {
            ([string unmatched, ..], RootCommand) => $"There is no command \"{Quoted(unmatched)}\". Commands: {subcommands}.",
            ([string unmatched, ..], _) => NoSuchOption(parsed.CommandResult, unmatched),
            (_, RootCommand) => $"No command given. Commands: {subcommands}. \"inkling --help\" tells more.",
            _ => $"{Quoted(parsed.Errors[0].Message.TrimEnd('.'), most: 1000)}. "
                + $"\"{NameOf(parsed.CommandResult)} --help\" lists what it takes.",
        };
        return Fail(message, WrongUsage);
    }

    /// <summary>A word that begins with -- and was parsed as the name of a file that does not exist: a mistyped option.</summary>
    private static string? UnknownOption(ParseResult parsed)
        => parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal) && !Path.Exists(word));

    private static string NoSuchOption(CommandResult command, string word)
    {
        IEnumerable<string> options = command.Command.Options
            .Select(o => o.Name)
            .Where(o => o.StartsWith("--", StringComparison.Ordinal));
        return $"{NameOf(command)} has no option \"{Quoted(word)}\". Options: {string.Join(", ", options)}.";
    }

    private static string Quoted(string text, int most = 100) => OneLine.Of(text, most);

    /// <summary>The command as it is typed: <c>inkling data fetch</c>.</summary>
    private static string NameOf(CommandResult command) => command switch
    {
        { Command: RootCommand } => "inkling",
        { Parent: CommandResult parent } => $"{NameOf(parent)} {command.Command.Name}",
        _ => command.Command.Name,
    };
}
