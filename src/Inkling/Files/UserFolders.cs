namespace Inkling.Files;

/// <summary>The user's folders, by the XDG base directory specification or the system's own rule.</summary>
internal static class UserFolders
{
    /// <summary>Files to keep: <c>$XDG_DATA_HOME/inkling</c>.</summary>
    public static string Data => Of(
        "XDG_DATA_HOME",
        () => Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>Files that can be downloaded again: <c>$XDG_CACHE_HOME/inkling</c>.</summary>
    public static string Cache => Of(
        "XDG_CACHE_HOME",
        () =>
        {
            if (OperatingSystem.IsWindows())
                return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            string home = Environment.GetFolderPath(
                Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : home.Length > 0 ? Path.Combine(home, ".cache")
                : "";
        });

    private static string Of(string variable, Func<string> otherwise)
    {
        string? folder = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(folder))
            folder = otherwise();
        return Path.Combine(folder.Length > 0 ? folder : Path.GetTempPath(), "inkling");
    }
}
