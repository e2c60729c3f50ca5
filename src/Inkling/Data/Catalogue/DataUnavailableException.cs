namespace Inkling;

/// <summary>Thrown when data are not on this machine and no mirror delivers them, usually for lack of a network.</summary>
public sealed class DataUnavailableException : InklingException
{
    internal DataUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
