using System.Xml.Linq;

namespace Inkling.Plots.Tests;

/// <summary>A temporary folder for plots that are saved and read back.</summary>
internal sealed class PlotFolder : IDisposable
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly string _path = Directory.CreateTempSubdirectory("inkling-plots-").FullName;

    public string[] Files => Directory.GetFiles(_path);

    public void Dispose() => Directory.Delete(_path, recursive: true);

    public string PathOf(string name) => Path.Combine(_path, name);

    public XDocument SvgOf(Action<string> save)
    {
        save(PathOf("plot.svg"));
        return XDocument.Load(PathOf("plot.svg"));
    }

    /// <summary>All lines of text in a plot, in drawing order.</summary>
    public string[] TextsOf(Action<string> save) => TextsOf(SvgOf(save));

    public static string[] TextsOf(XDocument svg) => [.. svg.Descendants(Svg + "text").Select(text => text.Value.Trim())];

    /// <summary>The cost x² + y²/2 with the given paths.</summary>
    public static void SaveBowl(string path, IReadOnlyList<DescentPath> paths)
    {
        double[] axis = [.. Enumerable.Range(0, 21).Select(i => (i - 10) / 5.0)];
        double[,] costs = new double[21, 21];
        for (int i = 0; i < 21; i++)
        {
            for (int j = 0; j < 21; j++)
                costs[i, j] = axis[i] * axis[i] + axis[j] * axis[j] / 2;
        }

        CostSurface.Save(path, "Bowl", axis, axis, costs, paths, "weight w", "bias b");
    }
}
