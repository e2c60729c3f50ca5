using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>How a network reads labelled images: not only how many rightly, but which it takes for which, and where it errs worst.</summary>
public sealed class Assessment
{
    private Assessment(Score score, int[,] confusion, IReadOnlyList<Mistake> mistakes)
    {
        Score = score;
        Confusion = confusion;
        Mistakes = mistakes;
    }

    /// <summary>How many were read rightly.</summary>
    public Score Score { get; }

    /// <summary>How many images of class t were read as class r: [t, r].</summary>
    public int[,] Confusion { get; }

    /// <summary>The images read wrongly, the most confident mistake first.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; }

    /// <summary>Lets a network read every image.</summary>
    /// <exception cref="ArgumentException">The images do not fit the network.</exception>
    public static Assessment Of(Network network, LabelledImages images)
    {
        float[][] outputs = network.Outputs(images);
        int[,] confusion = new int[images.Classes, images.Classes];
        List<Mistake> mistakes = [];
        for (int i = 0; i < outputs.Length; i++)
        {
            int truth = images.Labels[i], read = Argmax.Of(outputs[i]);
            confusion[truth, read]++;
            if (read != truth)
                mistakes.Add(new Mistake(i, truth, read, Confidence.Of(outputs[i], network.Temperature)[read]));
        }

        Mistake[] worstFirst = [.. mistakes.OrderByDescending(mistake => mistake.Confidence).ThenBy(mistake => mistake.Index)];
        return new Assessment(new Score(images.Count - mistakes.Count, images.Count), confusion, worstFirst);
    }
}

/// <summary>An image read wrongly.</summary>
/// <param name="Index">Which image, from 0.</param>
/// <param name="Truth">Its label.</param>
/// <param name="Read">What the network answered.</param>
/// <param name="Confidence">The answer's share of all outputs, 0 to 1.</param>
public sealed record Mistake(int Index, int Truth, int Read, float Confidence);
