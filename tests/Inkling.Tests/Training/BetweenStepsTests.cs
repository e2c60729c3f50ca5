namespace Inkling.Tests.Training;

public class BetweenStepsTests
{
    private readonly LabelledImages _images = GeneratedDigits.Create(200, seed: 1);

    [Theory]
    [InlineData("784 dense:20 sigmoid dense:10 sigmoid")] // the separate code path for two layers
    [InlineData("784 dense:20 relu dense:10 relu dense:10 softmax")]
    public void Looking_between_steps_changes_nothing_and_sees_where_training_stands(string architecture)
    {
        Network alone = Train(architecture, null);
        List<(int Epoch, int Examples)> seen = [];
        Network watched = Train(architecture, moment =>
        {
            seen.Add((moment.Epoch, moment.Examples));
            return 7;
        });
        Assert.Equal(alone.WeightedLayers[0].CopyWeights(), watched.WeightedLayers[0].CopyWeights());
        Assert.Equal([(0, 0), (0, 70), (0, 140), (1, 10), (1, 80), (1, 150)], seen);
    }

    private Network Train(string architecture, Func<TrainingMoment, int>? between)
    {
        Network network = new(Architecture.Parse(architecture), seed: 1);
        network.Train(
            _images,
            new TrainingOptions
            {
                Epochs = 2, MiniBatchSize = 10, LearningRate = 0.1, OnEpoch = _ => { }, BetweenSteps = between
            });
        return network;
    }
}
