using Inkling.Evaluation;

namespace Inkling.Tests.Evaluation;

public sealed class ConditionalLogitTests
{
    [Fact]
    public void With_one_feature_that_tells_two_alternatives_apart_the_probability_is_how_often_it_was_chosen()
    {
        double[][][] features = [.. Enumerable.Repeat(new double[][] { [1], [0] }, 8)];
        double[] weights = ConditionalLogit.Fit(features, [0, 0, 1, 0, 0, 0, 1, 0], [1, 1, 1, 1, 1, 1, 1, 1], penalty: 1e-9);
        Assert.Equal(6.0 / 8, ConditionalLogit.Probabilities([[1], [0]], weights)[0], 1e-6);
    }

    /// <summary>There the derivative of the penalised log likelihood is nought: by central differences.</summary>
    [Fact]
    public void No_weights_near_by_are_likelier()
    {
        Random random = new(7);
        double[][][] features =
        [
            .. Enumerable.Range(0, 100).Select(i => Enumerable.Range(0, 2 + i % 3)
                .Select(_ => new[] { 3 * random.NextDouble(), random.NextDouble() }).ToArray()),
        ];
        int[] chosen = [.. features.Select(alternatives => random.Next(alternatives.Length))];
        double[] shares = [.. features.Select(_ => random.NextDouble())];
        double[] weights = ConditionalLogit.Fit(features, chosen, shares, penalty: 0.3);
        for (int i = 0; i < weights.Length; i++)
            Assert.Equal(0, (LogLikelihood(i, 1e-4) - LogLikelihood(i, -1e-4)) / 2e-4, 1e-5);

        double LogLikelihood(int changed, double by)
        {
            double[] near = [.. weights];
            near[changed] += by;
            double sum = -0.3 / 2 * near.Sum(weight => weight * weight);
            for (int n = 0; n < features.Length; n++)
            {
                double[] exponentials = [.. features[n].Select(x => Math.Exp(x[0] * near[0] + x[1] * near[1]))];
                sum += shares[n] * Math.Log(exponentials[chosen[n]] / exponentials.Sum());
            }

            return sum;
        }
    }

    [Fact]
    public void Examples_must_fit_together()
    {
        Assert.Throws<ArgumentException>(() => ConditionalLogit.Fit([], [], [], penalty: 1));
        Assert.Throws<ArgumentException>(() => ConditionalLogit.Fit([[[1], [1, 2]]], [0], [1], penalty: 1));
        Assert.Throws<ArgumentException>(() => ConditionalLogit.Fit([[[1], [2]]], [0, 1], [1], penalty: 1));
    }
}
