namespace Inkling.Web.Learning;

/// <summary>A network's result on the test data. It is kept in memory after the run has ended, so it is small.</summary>
/// <param name="Confusion">Confusion matrix: counts, [true digit, prediction].</param>
/// <param name="Mistakes">The first of the images that it misreads.</param>
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

/// <summary>A misread image.</summary>
internal sealed record RunMistake(byte[] Pixels, int Truth, int Read);
