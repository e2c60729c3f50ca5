namespace Inkling.Cli;

/// <summary>What the command keeps for its user between runs.</summary>
internal static class UserFolder
{
    /// <summary>Where <c>train</c> leaves its network and <c>read</c> looks for one, unless told otherwise.</summary>
    public static string LatestNetwork
    {
        get
        {
            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            if (string.IsNullOrEmpty(data))
                data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.GetTempPath() : data, "inkling", "latest.safetensors");
        }
    }
}
