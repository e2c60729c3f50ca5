namespace Inkling.Cli;

/// <summary>Finds the network that a command was given: a bundled one by name, the one trained last, or a file.</summary>
internal static class ModelSource
{
    /// <summary>The name of the network trained last.</summary>
    public const string Latest = "latest";

    /// <exception cref="InklingException">There is none of this name, or the file cannot be read.</exception>
    public static Network Load(string model)
    {
        if (BundledModels.Names.Contains(model, StringComparer.Ordinal) && !File.Exists(model))
            return BundledModels.Load(model);
        if (model != Latest || File.Exists(model))
            return Network.Load(model);
        return File.Exists(UserFolder.LatestNetwork)
            ? Network.Load(UserFolder.LatestNetwork)
            : throw new InklingException("There is no trained network yet. Train one with \"inkling train\" (a second or two), or name a bundled one: " + string.Join(", ", BundledModels.Names) + ".");
    }
}
