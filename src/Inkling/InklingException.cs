namespace Inkling;

/// <summary>
/// What the user gave (a file, a picture, an address) cannot be used. The message is one line that says what was wrong,
/// where, and what to do: the command prints it as it is. Whatever it quotes, it is one line of at most 1,500 characters without
/// control characters.
/// </summary>
public class InklingException : Exception
{
    /// <summary>Says what was wrong and what to do, in one line.</summary>
    public InklingException(string message)
        : base(OneLine.Of(message))
    {
    }

    /// <summary>Says what was wrong and what to do, in one line, and keeps the cause for a debugger.</summary>
    public InklingException(string message, Exception? innerException)
        : base(OneLine.Of(message), innerException)
    {
    }

    /// <summary>The same for an interpolated text, whose numbers are written alike under every culture.</summary>
    internal InklingException(InvariantText message)
        : base(OneLine.Of(message.ToStringAndClear()))
    {
    }

    /// <summary>The same for an interpolated text, whose numbers are written alike under every culture.</summary>
    internal InklingException(InvariantText message, Exception? innerException)
        : base(OneLine.Of(message.ToStringAndClear()), innerException)
    {
    }

    /// <summary>An error without words; prefer the other constructors.</summary>
    public InklingException()
    {
    }
}
