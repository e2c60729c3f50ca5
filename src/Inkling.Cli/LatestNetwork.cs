using System.Globalization;
using Inkling.Files;

namespace Inkling.Cli;

/// <summary>Replaces the network called <c>latest</c> by a new one; a better network is not lost by that.</summary>
internal static class LatestNetwork
{
    /// <summary>
    /// Before the network trained last is overwritten: where it reads more of the validation images than the new one, keeps a
    /// copy of its file and says so.
    /// </summary>
    /// <param name="network">The network that replaces it.</param>
    /// <param name="data">What the new network was trained on.</param>
    /// <param name="terminal">Receives the message.</param>
    public static void KeepBetter(Network network, ImageData data, Terminal terminal)
    {
        string file = ModelSource.LatestNetwork;
        if (Load(file) is not { } before || !ModelSource.Fits(before.Architecture, data.Validation))
            return;
        double old = before.Evaluate(data.Validation).Accuracy, now = network.Evaluate(data.Validation).Accuracy;
        if (old <= now)
            return;
        string percent = (100 * old).ToString("0.00", CultureInfo.InvariantCulture);
        string name = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}-{percent}");
        string kept = Enumerable.Range(1, int.MaxValue)
            .Select(i => i == 1 ? $"{name}.safetensors" : $"{name}-{i}.safetensors")
            .First(path => !Path.Exists(path));
        string worse = $"The network that was \"latest\" until now is better on the validation images: {Figures.Percent(old)}, "
            + $"the new one {Figures.Percent(now)}{Figures.NotMnist(data)}.";
        try
        {
            byte[] content = WholeFile.Read(file);
            AtomicFile.Write(kept, stream => stream.Write(content));
            terminal.Message($"{worse} It is kept: {kept}");
        }
        catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException)
        {
            terminal.Failure($"{worse} It could not be kept: {e.Message}");
        }
    }

    /// <summary>The network in the file; null where there is none, or no whole one.</summary>
    private static Network? Load(string file)
    {
        try
        {
            return File.Exists(file) ? Network.Load(file) : null;
        }
        catch (InklingException)
        {
            return null;
        }
    }
}
