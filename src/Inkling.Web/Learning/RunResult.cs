namespace Inkling.Web.Learning;

/// <summary>How a network reads the test data. It is kept after the run has ended, so it holds little.</summary>
/// <param name="Confusion">[truth, reading]: how many.</param>
/// <param name="Mistakes">The first of the images that it reads wrongly.</param>
internal sealed record RunResult(int[,] Confusion, IReadOnlyList<RunMistake> Mistakes)
{
    private const int MostMistakes = 40;

    /// <summary>Reads all test images, on one core.</summary>
    public static RunResult Of(Network network, ImageData data)
    {
        LabelledImages images = data.Test;
        float[][] outputs = network.Outputs(images, threads: 1);
        int[,] confusion = new int[10, 10];
        List<RunMistake> mistakes = [];
        for (int i = 0; i < outputs.Length; i++)
        {
            int truth = images.Labels[i], read = Array.IndexOf(outputs[i], outputs[i].Max());
            confusion[truth, Math.Max(0, read)]++;
            if (read != truth && mistakes.Count < MostMistakes)
                mistakes.Add(new RunMistake(images.Pixels(i).ToArray(), truth, read));
        }

        return new RunResult(confusion, mistakes);
    }
}

/// <summary>An image read wrongly.</summary>
internal sealed record RunMistake(byte[] Pixels, int Truth, int Read);
