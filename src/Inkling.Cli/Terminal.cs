using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// Where a command's words go. With <c>--json</c>, standard output carries one object per result line and nothing else;
/// everything for people goes to standard error. Without, results are lines on standard output. Texts may quote names of files and
/// what is in them: each comes out as one line (<see cref="OneLine"/>), so that none can write over others or command the terminal.
/// </summary>
internal sealed class Terminal
{
    private readonly bool _json;

    public Terminal(bool json)
    {
        _json = json;
        Console.OutputEncoding = Encoding.UTF8;
        // A pipe has no width: tables written into one are not to be folded at 80 characters.
        People = json ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : AnsiConsole.Console;
        if (!IsLive)
            People.Profile.Width = 160;
    }

    /// <summary>The console that people read: tables and progress.</summary>
    public IAnsiConsole People { get; }

    /// <summary>Whether a bar that moves can be seen.</summary>
    public bool IsLive => _json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;

    public bool IsJson => _json;

    /// <summary>Text from outside as Spectre's tables and bars take it.</summary>
    public static string Escape(string text) => Markup.Escape(OneLine.Of(text));

    /// <summary>A result, for people.</summary>
    public void Line(string text)
    {
        text = OneLine.Of(text, most: int.MaxValue);
        if (IsLive)
            People.WriteLine(text); // through Spectre, which moves a live bar out of the way
        else
            (_json ? Console.Error : Console.Out).WriteLine(text);
    }

    /// <summary>A message beside the results: where data were found, what was saved.</summary>
    public void Message(string text)
    {
        text = OneLine.Of(text);
        if (IsLive)
            People.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{text}[/]");
        else
            Console.Error.WriteLine(text);
    }

    /// <summary>What went wrong while the command goes on: a line on standard error.</summary>
    public void Failure(string text)
    {
        text = OneLine.Of(text);
        if (IsLive && !Console.IsErrorRedirected)
            People.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{text}[/]");
        else
            Console.Error.WriteLine(text);
    }

    /// <summary>A result, for programs; only with <c>--json</c>.</summary>
    public void Json(Action<Utf8JsonWriter> writeProperties)
    {
        if (!_json)
            return;
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writeProperties(writer);
            writer.WriteEndObject();
        }

        Console.Out.WriteLine(Encoding.UTF8.GetString(line.ToArray()));
    }
}
