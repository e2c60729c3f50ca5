namespace Inkling;

/// <summary>Thrown when data are not on this machine and no mirror delivers them, usually for lack of a network.</summary>
public sealed class DataUnavailableException : InklingException
{
    /// <summary>Creates an error whose message, made one line, says what was tried and what to do.</summary>
    public DataUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error with a one-line message, and keeps its cause for a debugger.</summary>
    public DataUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an error without a message; prefer the other constructors.</summary>
    public DataUnavailableException()
    {
    }
}
