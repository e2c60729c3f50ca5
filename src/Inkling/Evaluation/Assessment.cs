using Inkling.Execution.Costs;
using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>Evaluates a network on labelled images: accuracy, confusion matrix, and the mistakes, most confident first.</summary>
public sealed class Assessment
{
    private Assessment(Score score, double cost, int[,] confusion, IReadOnlyList<Mistake> mistakes)
    {
        Score = score;
        Cost = cost;
        Confusion = confusion;
        Mistakes = mistakes;
    }

    /// <summary>How many images were read correctly.</summary>
    public Score Score { get; }

    /// <summary>The mean cost over the images.</summary>
    internal double Cost { get; }

    /// <summary>Confusion matrix: how many images of class t were read as class r, [t, r].</summary>
    public int[,] Confusion { get; }

    /// <summary>The misread images, the most confident mistake first.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; }

    /// <summary>The classes that are recognised in less than one in a hundred of their images.</summary>
    internal IEnumerable<int> NeverAnswered
    {
        get
        {
            int classes = Confusion.GetLength(0);
            return Enumerable.Range(0, classes).Where(
                truth => 100 * Confusion[truth, truth] < Enumerable.Range(0, classes).Sum(read => Confusion[truth, read]));
        }
    }

    /// <summary>Evaluates a network on every image.</summary>
    /// <exception cref="ArgumentException">The images do not fit the network.</exception>
    public static Assessment Of(Network network, LabelledImages images)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Of(network, images, network.Outputs(images));
    }

    /// <summary>Evaluates the outputs that a network has for every image.</summary>
    internal static Assessment Of(Network network, LabelledImages images, float[][] outputs)
    {
        int[,] confusion = new int[images.Classes, images.Classes];
        List<Mistake> mistakes = [];
        float[] target = new float[images.OutputSize];
        double cost = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            int truth = images.Labels[i], read = Vectors.Argmax(outputs[i]);
            confusion[truth, read]++;
            images.CopyTarget(i, target);
            cost += CostFunctions.Of(network.Architecture.Cost, target, outputs[i]);
            if (read != truth)
                mistakes.Add(new Mistake(i, truth, read, Confidence.Of(outputs[i], network.Temperature)[read]));
        }

        Mistake[] worstFirst = [.. mistakes.OrderByDescending(mistake => mistake.Confidence).ThenBy(mistake => mistake.Index)];
        return new Assessment(
            new Score(images.Count - mistakes.Count, images.Count), cost / images.Count, confusion, worstFirst);
    }
}

/// <summary>A misread image.</summary>
public sealed class Mistake
{
    internal Mistake(int index, int truth, int read, float confidence) =>
        (Index, Truth, Read, Confidence) = (index, truth, read, confidence);

    /// <summary>Which image, from 0.</summary>
    public int Index { get; }

    /// <summary>Its label.</summary>
    public int Truth { get; }

    /// <summary>What the network answered.</summary>
    public int Read { get; }

    /// <summary>The network's confidence in its answer, 0 to 1.</summary>
    public float Confidence { get; }
}
