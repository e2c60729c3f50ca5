namespace Inkling;

/// <summary>
/// Thrown when the user's input (a file, a picture, an address) cannot be used. The message says what was wrong, where, and
/// what to do; the command prints it unchanged. Whatever it quotes, it is one line of at most 1,500 characters without control
/// characters.
/// </summary>
public class InklingException : Exception
{
    /// <summary>Creates an error whose message, made one line, says what was wrong and what to do.</summary>
    public InklingException(string message)
        : base(OneLine.Of(message))
    {
    }

    /// <summary>Creates an error with a one-line message, and keeps its cause for a debugger.</summary>
    public InklingException(string message, Exception? innerException)
        : base(OneLine.Of(message), innerException)
    {
    }

    /// <summary>Formats an interpolated message with the invariant culture.</summary>
    internal InklingException(InvariantText message)
        : base(OneLine.Of(message.ToStringAndClear()))
    {
    }

    /// <summary>Formats an interpolated message with the invariant culture.</summary>
    internal InklingException(InvariantText message, Exception? innerException)
        : base(OneLine.Of(message.ToStringAndClear()), innerException)
    {
    }

    /// <summary>Creates an error without a message; prefer the other constructors.</summary>
    public InklingException()
    {
    }
}
