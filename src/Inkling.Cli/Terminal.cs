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
    private readonly bool _json, _isQuiet, _isSilent, _isForwarded;

    /// <summary>Opens the console.</summary>
    /// <param name="json">Whether results are JSON.</param>
    /// <param name="isQuiet">Whether only failures and JSON are written: by a process beside another that tells the rest.</param>
    /// <param name="isSilent">Whether nothing is written at all: by a rank whose results another one tells.</param>
    /// <param name="isForwarded">Whether mpirun passes on what is written; it may look like a terminal, and is none.</param>
    public Terminal(bool json, bool isQuiet = false, bool isSilent = false, bool isForwarded = false)
    {
        (_json, _isQuiet, _isSilent, _isForwarded) = (json, isQuiet || isSilent, isSilent, isForwarded);
        Console.OutputEncoding = Encoding.UTF8;
        // A pipe has no width; 160 keeps tables from being wrapped at 80 characters.
        People = _isQuiet ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) })
            : json ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : AnsiConsole.Console;
        if (!IsLive)
            People.Profile.Width = 160;
    }

    /// <summary>The console that people read: tables and progress.</summary>
    public IAnsiConsole People { get; }

    /// <summary>Whether a live progress bar can be shown.</summary>
    public bool IsLive => !_isQuiet
        && !_isForwarded
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
            Write(_json ? Console.Error : Console.Out, text);
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
            Write(Console.Error, text);
    }

    /// <summary>An error after which the command goes on: a line on standard error.</summary>
    public void Failure(string text)
    {
        text = OneLine.Of(text);
        if (IsLive && !Console.IsErrorRedirected)
            People.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{text}[/]");
        else
            Write(Console.Error, text);
    }

    /// <summary>A result, for programs; only with <c>--json</c>.</summary>
    public void Json<T>(T result, JsonTypeInfo<T> type)
    {
        if (_json)
            Write(Console.Out, JsonSerializer.Serialize(result, type));
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

        Write(Console.Out, Encoding.UTF8.GetString(line.ToArray()));
    }

    private void Write(TextWriter to, string line)
    {
        if (!_isSilent)
            to.WriteLine(line);
    }
}
