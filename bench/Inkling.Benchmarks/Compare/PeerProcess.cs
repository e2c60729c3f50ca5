using System.ComponentModel;
using System.Diagnostics;

namespace Inkling.Benchmarks.Compare;

/// <summary>A program of a peer's, kept alive and asked for pieces of work as <see cref="PeerLines"/> says.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly PeerLines _lines;
    private string _lastError = "";
    private TimeSpan _used;

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <param name="name">The peer's name, for messages.</param>
    /// <param name="program">The program's file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InklingException">It does not start, or ends before it is ready; the message says why.</exception>
    public PeerProcess(string name, string program, params IEnumerable<string> arguments)
    {
        _process = Programs.Start(program, arguments);
        _process.ErrorDataReceived += (_, error) =>
            _lastError = string.IsNullOrWhiteSpace(error.Data) ? _lastError : error.Data.Trim();
        _process.BeginErrorReadLine();
        _lines = new PeerLines(name, _process.StandardOutput, _process.StandardInput);
        try
        {
            Version = Explained(_lines.Start);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the program says about itself.</summary>
    public string Version { get; }

    /// <summary>The program as an implementation.</summary>
    /// <param name="name">Whose it is, with how many threads.</param>
    /// <param name="pieces">How many of its pieces the whole work is.</param>
    public Implementation As(string name, double pieces) =>
        new(name, () => Explained(_lines.Piece) * pieces, ProcessorTime, this);

    /// <summary>Ends the program.</summary>
    public void Dispose()
    {
        Programs.End(_process);
        _process.Dispose();
    }

    /// <summary>Processor time used so far; of a program that has ended, what it last was.</summary>
    private TimeSpan ProcessorTime() => _used = Programs.ProcessorTimeOf(_process) ?? _used;

    /// <summary>Adds the last line of the program's errors to a message.</summary>
    private T Explained<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (InklingException exception)
        {
            Programs.End(_process); // so that all it wrote has arrived
            string message = _lastError.Length == 0 ? exception.Message : $"{exception.Message} {_lastError}";
            throw new InklingException(message, exception);
        }
    }
}

/// <summary>Starts other programs.</summary>
internal static class Programs
{
    /// <summary>Starts a program whose input and outputs are ours.</summary>
    /// <exception cref="InklingException">There is no such program, or it may not be run.</exception>
    public static Process Start(string program, IEnumerable<string> arguments, string folder = "")
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new InklingException($"{program}: {exception.Message}", exception);
        }
    }

    /// <summary>Processor time that a program has used so far; null where it has ended.</summary>
    public static TimeSpan? ProcessorTimeOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Closes a program's input, gives it a moment to end, and ends it.</summary>
    public static void End(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and a request that it did not read is lost.
        }

        if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InklingException">It failed; the message is the last line that it wrote.</exception>
    public static void Run(string program, params IEnumerable<string> arguments)
    {
        using Process process = Start(program, arguments);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            string last = $"{output}\n{errors.Result}".Split('\n').LastOrDefault(line => line.Trim().Length > 0, "no reason");
            throw new InklingException($"{program} failed: {last.Trim()}");
        }
    }
}
