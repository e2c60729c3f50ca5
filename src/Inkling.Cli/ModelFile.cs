using Inkling.Files;
using Inkling.Onnx;
using Inkling.Training;

namespace Inkling.Cli;

/// <summary>Network files, in the format that the file's extension names.</summary>
internal static class ModelFile
{
    public const string Onnx = ".onnx";

    /// <summary>The extensions a file may have.</summary>
    public static readonly string[] Endings = [Onnx, ".safetensors", ".npz", ".json"];

    public static bool IsNamed(string file, string ending) => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a file whose format cannot hold the network, before the network is trained.</summary>
    /// <exception cref="InklingException">The file's format cannot hold networks of this architecture.</exception>
    public static void RequireFit(Architecture architecture, string? file)
    {
        if (file is not null && architecture.Sizes is null && (IsNamed(file, ".npz") || IsNamed(file, ".json")))
            throw new InklingException(
                $"{file}: .npz and .json hold layers of sigmoid neurons only, not {architecture}. "
                    + $"Name a .safetensors or {Onnx} file.");
    }

    /// <summary>How many bytes a network's file may have at most, to see that the disk has room for it.</summary>
    public static long MostBytes(Architecture architecture, string file)
    {
        const int Json = 24, Npz = 8, Others = 4; // bytes for each number
        return (long)architecture.ParameterCount * (IsNamed(file, ".json") ? Json : IsNamed(file, ".npz") ? Npz : Others);
    }

    /// <summary>
    /// Saves a trained network; where its file can no longer be written (the disk is full, the folder deleted), into another, so
    /// that no training is lost.
    /// </summary>
    /// <param name="network">The trained network.</param>
    /// <param name="file">The file it should be saved to.</param>
    /// <param name="terminal">Receives the error where that file cannot be written.</param>
    /// <returns>The file it was saved to; null where none could be written.</returns>
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
        foreach (string folder in
            new[] { Path.GetTempPath(), Environment.CurrentDirectory, UserFolders.Data })
        {
            try
            {
                string other = Path.Combine(folder, name);
                network.Save(other);
                return other;
            }
            catch (InklingException)
            {
                // try the next folder
            }
        }

        return null;
    }

    /// <summary>Saves in half precision where that can hold the network, in full precision otherwise.</summary>
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

    /// <summary>
    /// Loads the network that a training saved, in this run or in an earlier one, with the weights as stored, and deletes the
    /// training's checkpoint.
    /// </summary>
    /// <param name="file">The network's file.</param>
    /// <param name="architecture">What was trained.</param>
    /// <param name="options">How it was trained, with the checkpoint.</param>
    /// <param name="examples">How many examples an epoch had.</param>
    /// <exception cref="InklingException">The network in the file was not made by this training.</exception>
    public static Network LoadMade(string file, Architecture architecture, TrainingOptions options, int examples)
    {
        Network made = Network.Load(file);
        string asked = TrainingHistory.Describe(options, options.Epochs, examples);
        if (made.Architecture.ToString() != architecture.ToString()
            || !TrainingHistory.EndsWith(made.History, asked))
        {
            throw new InklingException(
                $"{file}: was not made by this training but by: {made.History ?? "one that is not known"}. "
                    + "Name another folder with --out, or delete the file.");
        }

        Checkpoint.Delete(options.Checkpoint!); // also where the run was killed between saving and deleting
        return made;
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
