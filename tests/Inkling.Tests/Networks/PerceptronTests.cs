using CsCheck;

namespace Inkling.Tests.Networks;

public class PerceptronTests
{
    [Theory]
    [InlineData(0, 0, 3, 1)]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, -1, 0)]
    public void Weights_of_minus_2_and_a_bias_of_3_make_a_nand_gate(int x1, int x2, double weightedInput, int output)
    {
        Assert.Equal(weightedInput, Perceptron.Nand.WeightedInput(x1, x2));
        Assert.Equal(output, Perceptron.Nand.Output(x1, x2));
    }

    [Fact]
    public void A_threshold_is_a_bias_with_the_sign_turned()
    {
        Gen.Select(Gen.Double[-5, 5].Array[3], Gen.Double[-5, 5].Array[3], Gen.Double[-5, 5]).Sample((w, x, threshold) =>
        {
            double sum = w[0] * x[0] + w[1] * x[1] + w[2] * x[2];
            Assert.Equal(threshold, -Perceptron.WithThreshold(w, threshold).Bias);
            if (Math.Abs(sum - threshold) > 1e-9)
                Assert.Equal(sum > threshold ? 1 : 0, Perceptron.WithThreshold(w, threshold).Output(x));
        });
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 1, 1, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 1, 0, 1)]
    public void The_adder_adds_two_bits(int x1, int x2, int sum, int carry)
    {
        (Circuit adder, Wire sumWire, Wire carryWire) = Circuit.HalfAdder();
        int[] wires = adder.Evaluate(x1, x2);
        Assert.Equal((sum, carry), (wires[sumWire.Index], wires[carryWire.Index]));
        Assert.Equal(5, adder.PerceptronCount);
    }

    [Fact]
    public void A_circuit_refuses_wires_that_lead_from_nowhere()
    {
        Circuit circuit = new(inputs: 1);
        Assert.Throws<ArgumentException>(() => circuit.Add(Perceptron.Nand, circuit.Input(0), new Wire(5)));
        Assert.Throws<ArgumentException>(() => circuit.Add(Perceptron.Nand, circuit.Input(0)));
        Assert.Throws<ArgumentException>(() => circuit.Evaluate(1, 0));
    }

    [Fact]
    public void A_small_change_of_a_sigmoid_neuron_changes_its_output_as_the_first_order_says()
    {
        Gen.Select(
            Gen.Double[-3, 3].Array[2],
            Gen.Double[0, 1].Array[2],
            Gen.Double[-1e-3, 1e-3].Array[2],
            Gen.Double[-1e-3, 1e-3]).Sample((w, x, dw, db) =>
        {
            SigmoidNeuron before = new(w, bias: 0.3), after = new([w[0] + dw[0], w[1] + dw[1]], bias: 0.3 + db);
            double change = after.Output(x) - before.Output(x), predicted = before.OutputChange(x, dw, db);
            double size = Math.Abs(dw[0]) + Math.Abs(dw[1]) + Math.Abs(db);
            Assert.Equal(predicted, change, size * size + 1e-15);
            Assert.InRange(Math.Abs(change), 0, size / 4 + 1e-15);
        });
    }

    [Fact]
    public void The_same_small_change_can_flip_a_perceptron()
    {
        Assert.Equal(0, new Perceptron([1], bias: -1).Output(1));
        Assert.Equal(1, new Perceptron([1.001], bias: -1).Output(1));
        Assert.Equal(0.00025, new SigmoidNeuron([1.001], -1).Output(1) - new SigmoidNeuron([1], -1).Output(1), 1e-7);
    }

    [Fact]
    public void A_sigmoid_neuron_with_its_weights_multiplied_becomes_a_perceptron()
    {
        Gen.Select(Gen.Double[-3, 3].Array[2], Gen.Double[-3, 3].Array[2], Gen.Double[-3, 3]).Sample((w, x, b) =>
        {
            Perceptron perceptron = new(w, b);
            if (Math.Abs(perceptron.WeightedInput(x)) > 0.01)
                Assert.Equal(perceptron.Output(x), new SigmoidNeuron([5000 * w[0], 5000 * w[1]], 5000 * b).Output(x), 1e-9);
        });
    }
}
