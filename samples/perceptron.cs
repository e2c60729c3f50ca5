#:project ../src/Inkling/Inkling.csproj
// The seed's first half, with its numbers: perceptrons, gates, an adder, and why neurons are made smooth.
// Run it with: dotnet run samples/perceptron.cs
using Inkling;

Console.WriteLine("A perceptron with weights -2, -2 and bias 3 is a NAND gate:");
foreach ((int x1, int x2) in Bits())
    Console.WriteLine(
        $"  {x1} {x2}   (-2)·{x1} + (-2)·{x2} + 3 = {Perceptron.Nand.WeightedInput(x1, x2),2}   "
        + $"output {Perceptron.Nand.Output(x1, x2)}");

Console.WriteLine("\nThe same gate with a threshold in place of a bias (b = -threshold):");
Perceptron byThreshold = Perceptron.WithThreshold([-2, -2], threshold: -3);
Console.WriteLine($"  1 1   output {byThreshold.Output(1, 1)}, and bias {byThreshold.Bias}");

Console.WriteLine("\nFive of them add two bits:");
(Circuit adder, Wire sum, Wire carry) = Circuit.HalfAdder();
foreach ((int x1, int x2) in Bits())
{
    int[] wires = adder.Evaluate(x1, x2);
    Console.WriteLine(
        $"  {x1} + {x2} = carry {wires[carry.Index]}, sum {wires[sum.Index]}   "
        + $"(every perceptron: {string.Join(' ', wires[2..])})");
}

Console.WriteLine("\nA small change can flip a perceptron, but moves a sigmoid neuron only a little:");
foreach (double w in new[] { 0.99, 1.00, 1.01 })
    Console.WriteLine(
        $"  w = {w:0.00}, b = -1, x = 1   perceptron {new Perceptron([w], -1).Output(1)}   "
        + $"sigmoid neuron {new SigmoidNeuron([w], -1).Output(1):0.0000}");
SigmoidNeuron neuron = new([1], bias: -1);
Console.WriteLine($"  first order: Δoutput ≈ ∂output/∂w · 0.01 = {neuron.OutputChange([1], [0.01], 0):0.0000}");

static IEnumerable<(int, int)> Bits() => [(0, 0), (0, 1), (1, 0), (1, 1)];
