using Inkling.Onnx;

namespace Inkling.Cli;

/// <summary>Files of networks, in the format that their names' endings tell.</summary>
internal static class ModelFile
{
    public const string Onnx = ".onnx";

    /// <summary>What a file's name may end in.</summary>
    public static readonly string[] Endings = [Onnx, ".safetensors", ".npz", ".json"];

    public static bool IsNamed(string file, string ending) => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>Says at once what would be found out only when the network is there.</summary>
    /// <exception cref="InklingException">The file's format cannot hold networks of this architecture.</exception>
    public static void RequireFit(Architecture architecture, string? file)
    {
        if (file is not null && architecture.Sizes is null && (IsNamed(file, ".npz") || IsNamed(file, ".json")))
            throw new InklingException($"{file}: .npz and .json hold layers of sigmoid neurons only, not {architecture}. Name a .safetensors or {Onnx} file.");
    }

    /// <summary>
    /// Saves what was trained, and where its file cannot be written any more (the disk is full, the folder gone), into another:
    /// nothing that was learned is lost for it.
    /// </summary>
    /// <param name="network">What was trained.</param>
    /// <param name="file">Where it should go.</param>
    /// <param name="terminal">Told why it is not there.</param>
    /// <returns>The file it is in; null where none could be written.</returns>
    public static string? SaveSomewhere(Network network, string file, Terminal terminal)
    {
        try
        {
            Save(network, file);
            return file;
        }
        catch (InklingException e)
        {
            terminal.Failure(e.Message);
        }

        string name = $"inkling-{Guid.NewGuid().ToString("N")[..8]}.safetensors";
        foreach (string folder in new[] { Path.GetTempPath(), Environment.CurrentDirectory, Path.GetDirectoryName(UserFolder.LatestNetwork)! })
        {
            try
            {
                string other = Path.Combine(folder, name);
                network.Save(other);
                return other;
            }
            catch (InklingException)
            {
                // the next one
            }
        }

        return null;
    }

    /// <summary>Saves in half precision where that can hold the network, in full otherwise.</summary>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void SaveSmall(Network network, string file, Terminal terminal)
    {
        try
        {
            network.Save(file, isHalf: true);
        }
        catch (InklingException e)
        {
            network.Save(file);
            terminal.Message($"{e.Message} Saved so.");
        }
    }

    /// <exception cref="InklingException">The file cannot be written, or its format cannot hold this network.</exception>
    public static void Save(Network network, string file, OnnxOptions? options = null)
    {
        RequireFit(network.Architecture, file);
        if (IsNamed(file, Onnx))
            network.ExportOnnx(file, options);
        else
            network.Save(file);
    }
}
