namespace Inkling.Web.Api;

/// <summary>A request cannot be answered as it is.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
