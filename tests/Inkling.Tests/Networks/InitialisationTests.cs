
namespace Inkling.Tests.Networks;

/// <summary>The initial weights of a network.</summary>
public class InitialisationTests
{
    [Theory]
    [InlineData(Initialisation.StandardNormal, 1.0, 1.0)]
    [InlineData(Initialisation.Scaled, 0.05, 1.0)]
    [InlineData(Initialisation.Glorot, 0.05, 0.0)]
    [InlineData(Initialisation.He, 0.0707, 0.0)]
    public void Weights_and_biases_have_the_deviation_of_the_method(Initialisation initialisation, double weights, double biases)
    {
        Network network = new(Architecture.FullyConnected([400, 400, 400]), initialisation, seed: 2);
        Assert.Equal(weights, Deviation(network.WeightedLayers[1].CopyWeights()), 0.02 * weights);
        Assert.Equal(biases, Deviation(network.WeightedLayers[0].Biases.ToArray()), 0.12 * biases);
    }

    [Fact]
    public void A_convolutions_fan_in_is_its_kernel_times_its_input_channels()
    {
        Network network = new(Architecture.Parse("8x6x6 conv:200:5x5 gap"), Initialisation.He);
        Assert.Equal(Math.Sqrt(2.0 / 200), Deviation(network.WeightedLayers[0].CopyWeights()), 0.003);
    }

    [Fact]
    public void A_small_network_learns_what_a_large_one_thinks()
    {
        LabelledImages images = GeneratedDigits.Create(1500, seed: 1), others = GeneratedDigits.Create(500, seed: 2);
        TrainingOptions options = new() { Epochs = 20, MiniBatchSize = 20, LearningRate = 0.1, OnEpoch = _ => { } };
        Network teacher = new(Architecture.Parse("1x28x28 flatten dense:100 relu dense:10 softmax"), seed: 1),
            student = new(Architecture.Parse("1x28x28 flatten dense:20 relu dense:10 softmax"), seed: 2);
        teacher.Train(images, options, TestContext.Current.CancellationToken);
        float[][] opinion = new Ensemble([teacher]).MeanConfidences(images);
        student.Train(images.WithTargets(opinion), options, TestContext.Current.CancellationToken);
        float[][] thoughts = student.Outputs(others), taught = teacher.Outputs(others);
        int agree = Enumerable.Range(0, others.Count)
            .Count(i => Inkling.Numerics.Vectors.Argmax(thoughts[i]) == Inkling.Numerics.Vectors.Argmax(taught[i]));
        Assert.True(agree > 400, $"{agree} of 500");
    }

    private static double Deviation(float[] values) => Math.Sqrt(values.Average(v => (double)v * v));
}
