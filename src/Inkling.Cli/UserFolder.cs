namespace Inkling.Cli;

/// <summary>Files that the command keeps for the user between runs.</summary>
internal static class UserFolder
{
    /// <summary>Where <c>train</c> saves its network by default, and where the model name <c>latest</c> finds it.</summary>
    public static string LatestNetwork
    {
        get
        {
            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            if (string.IsNullOrEmpty(data))
                data = Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.GetTempPath() : data, "inkling", "latest.safetensors");
        }
    }
}
