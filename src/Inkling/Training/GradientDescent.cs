using Inkling.Execution;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;
using Inkling.Training;
using Inkling.Training.Steps;

namespace Inkling;

/// <summary>Trains networks by gradient descent, on mini-batches or on all examples at once.</summary>
public static class GradientDescent
{
    /// <summary>
    /// Mini-batch stochastic gradient descent, like SGD in Nielsen's network.py: every epoch shuffles the training data and
    /// makes a step for each mini-batch. Prints the same line after each epoch, <c>Epoch 0: 9056 / 10000</c>, unless
    /// <see cref="TrainingOptions.OnEpoch"/> is set.
    /// </summary>
    /// <param name="network">The network to train.</param>
    /// <param name="training">The training examples.</param>
    /// <param name="epochs">How many times to go through all of them.</param>
    /// <param name="miniBatchSize">Examples per step, at least 1; the last step of an epoch uses the remainder.</param>
    /// <param name="eta">The learning rate η, over 0.</param>
    /// <param name="testData">Examples to evaluate after each epoch; null for none.</param>
    /// <param name="options">Further settings; the parameters above take precedence.</param>
    /// <param name="cancellationToken">Stops between two mini-batches.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the examples do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the network keeps what it had learned.</exception>
    public static void Sgd(
        this Network network,
        Examples training,
        int epochs,
        int miniBatchSize,
        double eta,
        Examples? testData = null,
        TrainingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        network.Train(
            training,
            (options ?? new TrainingOptions()) with
            {
                Epochs = epochs,
                MiniBatchSize = miniBatchSize,
                LearningRate = eta,
                TestData = testData,
                OnEpoch = options?.OnEpoch ?? Console.WriteLine,
            },
            cancellationToken);

    /// <summary>
    /// Trains a network with any optimiser, schedule, regularisation and augmentation. Prints nothing;
    /// <see cref="TrainingOptions.OnEpoch"/> is called after each epoch.
    /// </summary>
    /// <param name="network">The network to train.</param>
    /// <param name="training">The training examples.</param>
    /// <param name="options">How the network is trained.</param>
    /// <param name="cancellationToken">Stops between two mini-batches.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the examples do not fit the network.</exception>
    /// <exception cref="TrainingDivergedException">The cost or a parameter is NaN or infinite.</exception>
    /// <exception cref="InklingException">The checkpoint cannot be written, or is of another training.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the network keeps what it had learned.</exception>
    public static void Train(
        this Network network,
        Examples training,
        TrainingOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        using Trainer trainer = new(network, training, options);
        trainer.Run(cancellationToken);
    }

    /// <summary>
    /// One step on one mini-batch: w → w - η/m Σ ∂C_x/∂w, and b likewise; update_mini_batch in Nielsen's network.py. The step is
    /// made before its cost is checked, so a network that diverged cannot be recovered.
    /// </summary>
    /// <param name="network">The network to train.</param>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">The indices of its examples, at least one.</param>
    /// <param name="eta">The learning rate η, over 0.</param>
    /// <exception cref="ArgumentException">
    /// A number is out of range, there is no such example, or the examples do not fit the network.
    /// </exception>
    /// <exception cref="TrainingDivergedException">
    /// The cost, or a parameter after the step, is NaN or infinite; the step has been made.
    /// </exception>
    public static void UpdateMiniBatch(this Network network, Examples examples, ReadOnlySpan<int> miniBatch, double eta)
    {
        NetworkEvaluation.RequireFit(network, examples);
        ArgumentOutOfRangeException.ThrowIfZero(miniBatch.Length, nameof(miniBatch));
        examples.RequireIndices(miniBatch);
        RequireLearningRate(eta);
        using ITrainingStep step = TrainingSteps.Create(network.Parameters, examples, new StepSettings(miniBatch.Length));
        RequireFinite(
            step.Run(new MiniBatches(miniBatch.ToArray(), miniBatch.Length, new[] { eta })),
            eta);
        RequireFinite(network, eta);
    }

    /// <summary>Full-batch gradient descent: each step follows the exact gradient of the cost over all examples.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="training">The training examples.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="eta">The learning rate η, over 0.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the examples do not fit the network.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The cost, or a parameter after a step, is NaN or infinite; the steps up to that point have been made.
    /// </exception>
    /// <exception cref="OperationCanceledException">The descent was cancelled; the network keeps what it had learned.</exception>
    public static void DescendGradient(
        this Network network,
        Examples training,
        int steps,
        double eta,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        RequireLearningRate(eta);
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Gradient gradient = network.GradientOf(training);
            RequireFinite(gradient.Cost, eta);
            Vectors.Scale(gradient.Values.Span, (float)-eta);
            Vectors.Add(gradient.Values.Span, network.Parameters.Span);
            RequireFinite(network, eta);
        }
    }

    /// <summary>
    /// The gradient of the network's mean cost over all examples; batch normalisation uses the statistics of 100 examples at
    /// a time.
    /// </summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">The examples the cost is averaged over.</param>
    /// <exception cref="ArgumentException">The examples do not fit the network.</exception>
    public static Gradient GradientOf(this Network network, Examples examples)
    {
        NetworkEvaluation.RequireFit(network, examples);
        const int Chunk = 100;
        using Backpropagation pass = new(
            network.Parameters,
            Math.Min(Chunk, examples.Count),
            Workers.CountFor(0),
            examples.IsSparse);
        Gradient gradient = new(network.Architecture);
        float[] seen = network.Parameters.Statistics.ToArray();
        int[] all = [.. Enumerable.Range(0, examples.Count)];
        for (int start = 0; start < all.Length; start += Chunk)
            gradient.Cost += pass.AddGradient(
                examples,
                new ArraySegment<int>(all, start, Math.Min(Chunk, all.Length - start)),
                1f / all.Length,
                gradient.Values,
                place: start) / all.Length;
        seen.CopyTo(network.Parameters.Statistics); // the passes updated batch normalisation's running statistics
        return gradient;
    }

    private static void RequireLearningRate(double eta)
    {
        if (!(eta > 0 && float.IsFinite((float)eta)))
            throw new ArgumentOutOfRangeException(nameof(eta), eta, "The learning rate is a number over 0.");
    }

    private static void RequireFinite(double cost, double eta)
    {
        if (!double.IsFinite(cost))
            throw Diagnostics.Diverged("the cost is no longer a number", eta);
    }

    /// <summary>Checks the parameters after a step, which no cost reflects yet.</summary>
    private static void RequireFinite(Network network, double eta)
    {
        if (FiniteParameters.FirstNotFinite(network.Parameters) is { } lost)
            throw Diagnostics.Diverged($"{lost} are no longer numbers", eta);
    }
}
