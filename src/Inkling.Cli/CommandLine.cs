using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Inkling.Mpi;

namespace Inkling.Cli;

/// <summary>
/// Runs a command line and returns its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. Each failure is one line on
/// standard error.
/// </summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>Ended by Ctrl-C before what was asked was done: what shells report of a process that SIGINT ends.</summary>
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        if (MpiRanks.HasLauncher)
            Environment.SetEnvironmentVariable("TERM", null); // Open MPI's pseudo-terminal takes no control sequences
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
            return Fail(NoSuchWord(parsed.CommandResult, unknown), WrongUsage);
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
            return Fail("Interrupted.", Interrupted);
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
            string from = "";
            if (MpiRanks.LaunchedRank is > 0 and int rank)
            {
                // Where the same fails on rank 0, that one says so meanwhile, and the launcher ends the others.
                Thread.Sleep(TimeSpan.FromSeconds(4));
                from = string.Create(CultureInfo.InvariantCulture, $"Rank {rank} on {Environment.MachineName}: ");
            }

            Console.Error.WriteLine(OneLine.Of(from + message));
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
        string[] names = [.. command.Subcommands.Select(c => c.Name)];
        string subcommands = string.Join(", ", names);
        string message = (parsed.UnmatchedTokens, command) switch
        {
            ([string unmatched, ..], RootCommand) =>
                $"There is no command \"{Quoted(unmatched)}\".{Spelling.Hint(unmatched, names)} Commands: {subcommands}.",
            ([string unmatched, ..], _) => NoSuchWord(parsed.CommandResult, unmatched),
            (_, RootCommand) => $"No command given. Commands: {subcommands}. \"inkling --help\" tells more.",
            _ => $"{Sentence(Quoted(parsed.Errors[0].Message, most: 1000))} "
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

    private static string NoSuchWord(CommandResult command, string word)
    {
        string[] options =
            [.. command.Command.Options.Select(o => o.Name).Where(o => o.StartsWith("--", StringComparison.Ordinal))];
        string[] known = [.. options, .. command.Command.Options.SelectMany(o => o.Aliases)];
        if (!word.StartsWith('-'))
        {
            string[] commands = [.. command.Command.Subcommands.Select(c => c.Name)];
            return commands.Length > 0
                ? $"{NameOf(command)} has no command \"{Quoted(word)}\".{Spelling.Hint(word, commands)} "
                    + $"Commands: {string.Join(", ", commands)}."
                : $"{NameOf(command)} does not take \"{Quoted(word)}\".{Spelling.Hint(word, known)} "
                    + $"Options: {string.Join(", ", options)}.";
        }

        return $"{NameOf(command)} has no option \"{Quoted(word)}\".{Spelling.Hint(word, known)} "
            + $"Options: {string.Join(", ", options)}.";
    }

    private static string Sentence(string text) => text.EndsWith('?') ? text : $"{text.TrimEnd('.')}.";

    private static string Quoted(string text, int most = 100) => OneLine.Of(text, most);

    /// <summary>The command as it is typed: <c>inkling data fetch</c>.</summary>
    private static string NameOf(CommandResult command) => command switch
    {
        { Command: RootCommand } => "inkling",
        { Parent: CommandResult parent } => $"{NameOf(parent)} {command.Command.Name}",
        _ => command.Command.Name,
    };
}
