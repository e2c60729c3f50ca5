using System.Globalization;

namespace Inkling.Benchmarks.Compare;

/// <summary>
/// How a peer program is asked for pieces of work: it writes "ready" and its version once its data are in memory; then, for each
/// line that it reads, it does a piece and writes the seconds that this took. It ends when its input does.
/// </summary>
/// <param name="name">The peer's name, for messages.</param>
/// <param name="answers">What the peer writes.</param>
/// <param name="requests">What the peer reads.</param>
internal sealed class PeerLines(string name, TextReader answers, TextWriter requests)
{
    private const string Ready = "ready";

    /// <summary>How long an answer may take: the slowest peer on a busy machine takes a few minutes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Waits until the peer is ready, and returns what it says about itself.</summary>
    /// <exception cref="InklingException">It ended, said something else, or nothing for long.</exception>
    public string Start()
    {
        string line = Answer();
        return line == Ready || line.StartsWith($"{Ready} ", StringComparison.Ordinal)
            ? line[Ready.Length..].Trim()
            : throw new InklingException($"{name}: wrote \"{line}\" in place of \"{Ready}\".");
    }

    /// <summary>Has the peer do a piece of work, and returns its seconds.</summary>
    /// <exception cref="InklingException">It ended, wrote no positive number, or nothing for long.</exception>
    public double Piece()
    {
        try
        {
            requests.WriteLine("piece");
            requests.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }

        string line = Answer();
        return double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds > 0 && double.IsFinite(seconds)
            ? seconds
            : throw new InklingException($"{name}: wrote \"{line}\" in place of a piece's seconds.");
    }

    private string Answer()
    {
        Task<string?> line = answers.ReadLineAsync();
        try
        {
            return line.Wait(Patience)
                ? line.Result ?? throw Ended()
                : throw new InklingException(string.Create(
                    CultureInfo.InvariantCulture, $"{name}: no answer within {Patience.TotalMinutes:0} minutes."));
        }
        catch (AggregateException exception) when (exception.InnerException is IOException)
        {
            throw Ended();
        }
    }

    private InklingException Ended() => new($"{name}: ended before it answered.");
}
