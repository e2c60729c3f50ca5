namespace Inkling.Web.Api;

/// <summary>A request is refused, with this HTTP status.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
