using Inkling.Files;
using Inkling.Onnx;
using Inkling.Web.Reading;

namespace Inkling.Cli;

/// <summary>Finds the network that a command was given: a bundled one by name, the one trained last, or a file.</summary>
internal static class ModelSource
{
    private static readonly ModelShelf Shelf = new(UserFolders.Data);

    /// <summary>Where <c>train</c> saves its network by default, and where the model name <c>latest</c> finds it.</summary>
    public static string LatestNetwork { get; } = Shelf.PathOf(ModelShelf.Latest);

    /// <summary>What an argument that names a network may be.</summary>
    public const string Description =
        "best, tiny, latest (the network trained last), or a file: "
            + ".safetensors, .onnx, numpy's .npz, or .json as network2.py writes it";

    /// <param name="model">A name or a file.</param>
    /// <param name="normalisation">How pixels were normalised outside an ONNX graph; null for not at all.</param>
    /// <exception cref="InklingException">There is none of this name, or the file cannot be read.</exception>
    public static Network Load(string model, PixelNormalisation? normalisation = null)
    {
        if (OnnxFile.IsOnnx(model))
            return Network.LoadOnnx(model, normalisation);
        if (normalisation is not null)
            throw new InklingException($"{model}: no ONNX file. --mean and --deviation are for networks that others trained.");
        if (File.Exists(model) || !(ModelShelf.IsBundled(model) || model == ModelShelf.Latest))
            return Network.Load(model);
        return model != ModelShelf.Latest || File.Exists(LatestNetwork)
            ? Shelf.Load(model)
            : throw new InklingException(
                "There is no trained network yet. Train one with \"inkling train\" (a second or two), or name a bundled one: "
                    + string.Join(", ", BundledModels.Names) + ".");
    }
}
