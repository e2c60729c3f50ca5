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
