using Inkling.Plots;

namespace Inkling.Cli;

/// <summary>The figures of the seed, drawn from real computations.</summary>
internal static class SeedFigures
{
    /// <summary>All files that are drawn under this name.</summary>
    public static string[] PathsOf(string path) =>
    [
        path,
        TrainingPictures.Beside(path, "activations"),
        TrainingPictures.Beside(path, "cost"),
        TrainingPictures.Beside(path, "generated"),
        TrainingPictures.Beside(path, "distribution"),
    ];

    /// <summary>
    /// Draws the experiments' curves under the name given, and beside it sigmoid and step, a cost surface, generated
    /// digits, and how all runs came out.
    /// </summary>
    /// <param name="path">The curves' file.</param>
    /// <param name="data">The data trained on.</param>
    /// <param name="experiments">For each experiment its name and the accuracies of each run.</param>
    public static string[] Save(
        string path,
        ImageData data,
        IReadOnlyList<(string Name, IReadOnlyList<double>[] Runs)> experiments)
    {
        LearningCurve.Save(
            path,
            $"The seed's three experiments on {data.Name}",
            [.. experiments.SelectMany(experiment => experiment.Runs.Select(run => new CurveSeries(experiment.Name, run)))]);
        string[] paths = PathsOf(path);
        (string activations, string surface, string digits) = (paths[1], paths[2], paths[3]);
        ActivationFunctions.Save(activations);
        SaveCostSurface(surface);
        LabelledImages generated = GeneratedDigits.Create(240, seed: 1, plainShapes: true);
        ContactSheet.Save(
            digits,
            "Generated digits",
            [.. Enumerable.Range(0, generated.Count).Select(i => generated.Pixels(i).ToArray())],
            columns: 24);
        AccuracyDistribution.Save(
            paths[4],
            $"Every run of the seed's three experiments on {data.Name}",
            [.. experiments.Select(experiment => (
                experiment.Name, (IReadOnlyList<double>)[.. experiment.Runs.Select(run => run[^1])]))]);
        return paths;
    }

    /// <summary>
    /// Draws the cost of one sigmoid neuron trained on five shades x, each with a target output. It is a function of one weight
    /// and one bias, so the whole surface can be drawn.
    /// </summary>
    private static void SaveCostSurface(string path)
    {
        VectorExamples shades = new([([0f], [0.1f]), ([0.25f], [0.2f]), ([0.5f], [0.5f]), ([0.75f], [0.8f]), ([1f], [0.9f])]);
        double[] weights = [.. Enumerable.Range(0, 121).Select(i => -6 + 0.15 * i)],
            biases = [.. Enumerable.Range(0, 121).Select(i => -8 + 0.1 * i)];
        double[,] costs = new double[biases.Length, weights.Length];
        for (int i = 0; i < biases.Length; i++)
        {
            for (int j = 0; j < weights.Length; j++)
                costs[i, j] = NeuronAt(weights[j], biases[i]).Cost(shades);
        }

        CostSurface.Save(
            path,
            "Gradient descent down the cost of one sigmoid neuron",
            weights,
            biases,
            costs,
            [
                Descend("η = 2, 400 steps", shades, -4, 2.5, eta: 2, steps: 400),
                Descend("η = 20, 400 steps", shades, -4, -4, eta: 20, steps: 400)
            ],
            "weight w",
            "bias b");
    }

    private static DescentPath Descend(string name, VectorExamples examples, double weight, double bias, double eta, int steps)
    {
        Network neuron = NeuronAt(weight, bias);
        List<(double, double)> points = [(weight, bias)];
        for (int step = 0; step < steps; step++)
        {
            neuron.DescendGradient(examples, steps: 1, eta);
            if (step % 5 == 0 || step == steps - 1)
                points.Add((neuron.WeightedLayers[0][0, 0], neuron.WeightedLayers[0].Biases[0]));
        }

        return new DescentPath(name, points);
    }

    private static Network NeuronAt(double weight, double bias)
    {
        Network neuron = new([1, 1]);
        neuron.WeightedLayers[0][0, 0] = (float)weight;
        neuron.WeightedLayers[0].Biases[0] = (float)bias;
        return neuron;
    }
}
