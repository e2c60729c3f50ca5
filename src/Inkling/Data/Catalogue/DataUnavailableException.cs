namespace Inkling;

/// <summary>The data are not on this machine, and no mirror gives them: no network, most often.</summary>
public sealed class DataUnavailableException : InklingException
{
    /// <summary>Says what was tried and what to do, in one line.</summary>
    public DataUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was tried and what to do, in one line, and keeps the cause for a debugger.</summary>
    public DataUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without words; prefer the other constructors.</summary>
    public DataUnavailableException()
    {
    }
}
