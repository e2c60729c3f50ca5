using System.Reflection;

namespace Inkling;

/// <summary>The version of the library, on which the bits of results depend.</summary>
internal static class LibraryVersion
{
    /// <summary>As in the package, with the commit that it was built from where that is known.</summary>
    public static string Text { get; } =
        typeof(LibraryVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";
}
