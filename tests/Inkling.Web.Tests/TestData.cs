namespace Inkling.Web.Tests;

internal static class TestData
{
    public static string Handwriting { get; } =
        Path.Combine(Environment.GetEnvironmentVariable("INKLING_DATA") ?? "", "handwriting");
}
