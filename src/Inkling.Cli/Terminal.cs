using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// Writes a command's output. With <c>--json</c>, standard output carries one object per result line and nothing else;
/// everything for people goes to standard error. Without, results are lines on standard output. Texts may quote file names
/// and contents, so each is printed as one line (<see cref="OneLine"/>): none can overwrite others or send control sequences.
/// </summary>
internal sealed class Terminal
{
    private readonly bool _json, _isQuiet;

    /// <summary>Opens the console.</summary>
    /// <param name="json">Whether results are JSON.</param>
    /// <param name="isQuiet">Whether only failures are shown: for a process beside another that tells the rest.</param>
    public Terminal(bool json, bool isQuiet = false)
    {
        (_json, _isQuiet) = (json, isQuiet);
        Console.OutputEncoding = Encoding.UTF8;
        // A pipe has no width; 160 keeps tables from being wrapped at 80 characters.
        People = isQuiet ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) })
            : json ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : AnsiConsole.Console;
        if (!IsLive)
            People.Profile.Width = 160;
    }

    /// <summary>The console that people read: tables and progress.</summary>
    public IAnsiConsole People { get; }

    /// <summary>Whether a live progress bar can be shown.</summary>
    public bool IsLive => !_isQuiet
        && !(_json ? Console.IsErrorRedirected : Console.IsOutputRedirected)
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public bool IsJson => _json;

    /// <summary>Escapes text from outside for Spectre's tables and progress bars.</summary>
    public static string Escape(string text) => Markup.Escape(OneLine.Of(text));

    /// <summary>A result, for people.</summary>
    public void Line(string text)
    {
        if (_isQuiet)
            return;
        text = OneLine.Of(text, most: int.MaxValue);
        if (IsLive)
            People.WriteLine(text); // through Spectre, which moves a live bar out of the way
        else
            (_json ? Console.Error : Console.Out).WriteLine(text);
    }

    /// <summary>A message beside the results: where data were found, what was saved.</summary>
    public void Message(string text)
    {
        if (_isQuiet)
            return;
        text = OneLine.Of(text);
        if (IsLive)
            People.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{text}[/]");
        else
            Console.Error.WriteLine(text);
    }

    /// <summary>An error after which the command goes on: a line on standard error.</summary>
    public void Failure(string text)
    {
        text = OneLine.Of(text);
        if (IsLive && !Console.IsErrorRedirected)
            People.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{text}[/]");
        else
            Console.Error.WriteLine(text);
    }

    /// <summary>A result, for programs; only with <c>--json</c>.</summary>
    public void Json<T>(T result, JsonTypeInfo<T> type)
    {
        if (_json)
            Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
    }

    /// <summary>A result that is a line of JSON already; only with <c>--json</c>.</summary>
    public void Json(string line)
    {
        if (_json)
            Console.Out.WriteLine(line);
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
