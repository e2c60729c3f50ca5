using Inkling.Evaluation;

namespace Inkling.Tests.Evaluation;

public sealed class LogisticRegressionTests
{
    [Fact]
    public void With_a_constant_alone_the_probability_is_how_often_it_happened()
    {
        double[][] features = [.. Enumerable.Repeat(new double[] { 1 }, 8)];
        bool[] happened = [true, true, true, false, true, true, false, true];
        double[] weights = LogisticRegression.Fit(features, happened, [1, 1, 1, 1, 1, 1, 1, 1], penalty: 0.1);
        Assert.Equal(6.0 / 8, LogisticRegression.Probability([1], weights), 1e-6);
    }

    [Fact]
    public void A_share_of_two_counts_as_two_examples()
    {
        double[][] features = [[1, 0.2], [1, 1.5], [1, 0.7], [1, 3], [1, 2]];
        bool[] happened = [false, true, true, true, false];
        double[] weighted = LogisticRegression.Fit(features, happened, [1, 2, 1, 1, 1], penalty: 0.01);
        double[] repeated = LogisticRegression.Fit(
            [.. features, features[1]], [.. happened, true], [1, 1, 1, 1, 1, 1], penalty: 0.01);
        Assert.Equal(repeated[0], weighted[0], 1e-6);
        Assert.Equal(repeated[1], weighted[1], 1e-6);
    }

    /// <summary>There the derivative of the penalised log likelihood is nought: by central differences.</summary>
    [Fact]
    public void No_weights_near_by_are_likelier()
    {
        Random random = new(5);
        double[][] features =
            [.. Enumerable.Range(0, 200).Select(_ => new[] { 1, random.NextDouble() * 4 - 2, random.NextDouble() })];
        bool[] happened = [.. features.Select(x => random.NextDouble() < 1 / (1 + Math.Exp(-(0.5 + 2 * x[1] - 3 * x[2]))))];
        double[] shares = [.. features.Select(_ => random.NextDouble())];
        double[] weights = LogisticRegression.Fit(features, happened, shares, penalty: 0.3);
        for (int i = 0; i < weights.Length; i++)
        {
            double slope = (LogLikelihood(i, 1e-4) - LogLikelihood(i, -1e-4)) / 2e-4;
            Assert.Equal(0, slope, 1e-5);
        }

        double LogLikelihood(int changed, double by)
        {
            double[] near = [.. weights];
            near[changed] += by;
            double sum = -0.3 / 2 * near.Skip(1).Sum(weight => weight * weight);
            for (int n = 0; n < features.Length; n++)
            {
                double p = 1 / (1 + Math.Exp(-features[n].Zip(near, (x, w) => x * w).Sum()));
                sum += shares[n] * Math.Log(happened[n] ? p : 1 - p);
            }

            return sum;
        }
    }

    /// <summary>Where the outcome follows from a feature, only the penalty keeps its weight finite.</summary>
    [Fact]
    public void Outcomes_that_are_certain_give_finite_weights()
    {
        double[][] features = [[1, -2], [1, -1], [1, 1], [1, 2]];
        double[] weights = LogisticRegression.Fit(features, [false, false, true, true], [1, 1, 1, 1], penalty: 0.01);
        Assert.All(weights, weight => Assert.True(double.IsFinite(weight)));
        Assert.InRange(LogisticRegression.Probability([1, 2], weights), 0.95, 1);
    }

    [Fact]
    public void Examples_that_do_not_go_together_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit([], [], [], penalty: 1));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit([[1, 2], [1]], [true, false], [1, 1], penalty: 1));
        Assert.Throws<ArgumentException>(() => LogisticRegression.Fit([[1, 2]], [true, false], [1], penalty: 1));
    }
}
