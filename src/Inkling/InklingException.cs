namespace Inkling;

/// <summary>
/// What the user gave (a file, a picture, an address) cannot be used. The message is one line that says what was wrong,
/// where, and what to do: the command prints it as it is.
/// </summary>
public class InklingException : Exception
{
    /// <summary>Says what was wrong and what to do, in one line.</summary>
    public InklingException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was wrong and what to do, in one line, and keeps the cause for a debugger.</summary>
    public InklingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without words; prefer the other constructors.</summary>
    public InklingException()
    {
    }
}
