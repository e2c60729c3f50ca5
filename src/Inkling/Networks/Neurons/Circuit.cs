namespace Inkling;

/// <summary>Perceptrons wired to inputs and to each other; NAND gates alone can compute any logical function.</summary>
/// <remarks>Nielsen, chapter 1: "perceptrons are universal for computation".</remarks>
/// <example>
/// <code>
/// Circuit xor = new(inputs: 2);
/// Wire x1 = xor.Input(0), x2 = xor.Input(1);
/// Wire both = xor.Add(Perceptron.Nand, x1, x2);
/// Wire result = xor.Add(Perceptron.Nand, xor.Add(Perceptron.Nand, x1, both), xor.Add(Perceptron.Nand, x2, both));
/// int[] everyPerceptron = xor.Evaluate(1, 0);   // everyPerceptron[result.Index] is 1
/// </code>
/// </example>
public sealed class Circuit
{
    private readonly int _inputs;
    private readonly List<(Perceptron Perceptron, Wire[] From)> _perceptrons = [];

    /// <param name="inputs">How many inputs the circuit has.</param>
    public Circuit(int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        _inputs = inputs;
    }

    /// <summary>How many perceptrons there are.</summary>
    public int PerceptronCount => _perceptrons.Count;

    /// <summary>The wire from an input, counted from 0.</summary>
    public Wire Input(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _inputs);
        return new Wire(index);
    }

    /// <summary>Adds a perceptron, fed by wires that are there already, and returns the wire from its output.</summary>
    /// <exception cref="ArgumentException">
    /// There are more or fewer wires than the perceptron has weights, or one does not exist yet.
    /// </exception>
    public Wire Add(Perceptron perceptron, params ReadOnlySpan<Wire> from)
    {
        ArgumentNullException.ThrowIfNull(perceptron);
        if (from.Length != perceptron.Weights.Count)
            throw new ArgumentException(
                $"The perceptron has {perceptron.Weights.Count} inputs, not {from.Length}.", nameof(from));
        foreach (Wire wire in from)
        {
            if (wire.Index >= _inputs + _perceptrons.Count)
                throw new ArgumentException("A wire leads from a perceptron that is not there yet.", nameof(from));
        }

        _perceptrons.Add((perceptron, from.ToArray()));
        return new Wire(_inputs + _perceptrons.Count - 1);
    }

    /// <summary>The value of every wire: the inputs, then each perceptron's output in the order they were added.</summary>
    /// <exception cref="ArgumentException">There are more or fewer inputs than the circuit has.</exception>
    public int[] Evaluate(params ReadOnlySpan<int> inputs)
    {
        if (inputs.Length != _inputs)
            throw new ArgumentException($"The circuit has {_inputs} inputs, not {inputs.Length}.", nameof(inputs));
        int[] wires = new int[_inputs + _perceptrons.Count];
        inputs.CopyTo(wires);
        for (int i = 0; i < _perceptrons.Count; i++)
        {
            (Perceptron perceptron, Wire[] from) = _perceptrons[i];
            wires[_inputs + i] = perceptron.Output([.. from.Select(wire => (double)wires[wire.Index])]);
        }

        return wires;
    }

    /// <summary>
    /// Nielsen's adder of two bits: sum = x1 ⊕ x2 and carry = x1 x2, from five perceptrons. The carry's two wires from the same
    /// NAND, with weight -2 each, are combined into one with weight -4.
    /// </summary>
    public static (Circuit Circuit, Wire Sum, Wire Carry) HalfAdder()
    {
        Circuit adder = new(inputs: 2);
        Wire x1 = adder.Input(0), x2 = adder.Input(1);
        Wire nand = adder.Add(Perceptron.Nand, x1, x2);
        Wire left = adder.Add(Perceptron.Nand, x1, nand);
        Wire right = adder.Add(Perceptron.Nand, x2, nand);
        Wire sum = adder.Add(Perceptron.Nand, left, right);
        Wire carry = adder.Add(new Perceptron([-4], bias: 3), nand);
        return (adder, sum, carry);
    }
}

/// <summary>A wire of a circuit, as an index into what <see cref="Circuit.Evaluate"/> returns.</summary>
public readonly record struct Wire
{
    internal Wire(int index) => Index = index;

    /// <summary>Counted from 0, the inputs first.</summary>
    public int Index { get; }
}
