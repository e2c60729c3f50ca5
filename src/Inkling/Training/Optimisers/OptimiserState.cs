using System.Numerics;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;
using Inkling.Numerics.Threads;

namespace Inkling.Training.Optimisers;

/// <summary>An optimiser at work on a network's parameters: its moments, and the loop that makes a step.</summary>
internal sealed class OptimiserState
{
    private readonly Optimiser _optimiser;
    private readonly ParameterBuffer _parameters;
    private readonly AlignedBuffer _decays; // for each parameter 1 where weight decay applies, otherwise 0
    private readonly Action<int, int, int> _step;
    private float _rate, _l1, _l2, _correction1, _correction2;

    public OptimiserState(Optimiser optimiser, ParameterBuffer parameters)
    {
        _optimiser = optimiser;
        _parameters = parameters;
        int length = parameters.Span.Length;
        Gradient = Zeros(parameters.Architecture);
        First = Zeros(parameters.Architecture);
        Second = optimiser is Optimiser.Adam ? Zeros(parameters.Architecture) : null;
        _decays = new AlignedBuffer(length);
        foreach (WeightedLayer layer in parameters.Weighted)
            _decays.Span[layer.WeightRange].Fill(1);
        _step = (_, start, end) => Step(start * Rows.Panel, end * Rows.Panel);
    }

    /// <summary>What a step is made of; zero before and after it.</summary>
    public ParameterBuffer Gradient { get; }

    /// <summary>The gradient's running mean, or the velocity.</summary>
    public ParameterBuffer First { get; }

    /// <summary>The running mean of the gradient's square, for Adam; null for others.</summary>
    public ParameterBuffer? Second { get; }

    /// <summary>Changes the parameters by the gradient and clears it.</summary>
    /// <param name="rate">The learning rate at this moment.</param>
    /// <param name="l1">λ/n of L1 regularisation.</param>
    /// <param name="l2">λ/n of L2 regularisation.</param>
    /// <param name="step">How many steps there have been, this one included.</param>
    /// <param name="workers">Who does it.</param>
    public void Step(double rate, double l1, double l2, long step, Workers workers)
    {
        (_rate, _l1, _l2) = ((float)rate, (float)l1, (float)l2);
        if (_optimiser is Optimiser.Adam adam)
        {
            _correction1 = (float)(1 / (1 - PortableMath.Exp(step * PortableMath.Log(adam.Beta1))));
            _correction2 = (float)(1 / (1 - PortableMath.Exp(step * PortableMath.Log(adam.Beta2))));
        }

        workers.SplitNumbers(_parameters.Span.Length, _step);
    }

    private static ParameterBuffer Zeros(Architecture architecture)
    {
        ParameterBuffer buffer = new(architecture);
        buffer.Span.Clear(); // batch normalisation's scales begin as ones
        return buffer;
    }

    private void Step(int start, int end)
    {
        Span<Vector<float>> w = Elementwise.Wide(_parameters.Span[start..end]);
        Span<Vector<float>> g = Elementwise.Wide(Gradient.Span[start..end]), m = Elementwise.Wide(First.Span[start..end]);
        ReadOnlySpan<Vector<float>> decays = Elementwise.Wide(_decays.Slice(start, end - start));
        for (int i = 0; i < w.Length && (_l1 > 0 || _l2 > 0); i++)
        {
            Vector<float> sign = Vector.ConditionalSelect(
                Vector.GreaterThan(w[i], Vector<float>.Zero),
                Vector<float>.One,
                Vector.ConditionalSelect(Vector.LessThan(w[i], Vector<float>.Zero), -Vector<float>.One, Vector<float>.Zero));
            g[i] += decays[i] * (_l2 * w[i] + _l1 * sign);
        }

        if (_optimiser is Optimiser.Adam adam)
        {
            Span<Vector<float>> v = Elementwise.Wide(Second!.Span[start..end]);
            float b1 = (float)adam.Beta1, b2 = (float)adam.Beta2, decay = _rate * (float)adam.WeightDecay;
            Vector<float> epsilon = new((float)adam.Epsilon);
            for (int i = 0; i < w.Length; i++)
            {
                m[i] = b1 * m[i] + (1 - b1) * g[i];
                v[i] = b2 * v[i] + (1 - b2) * (g[i] * g[i]);
                Vector<float> step = _rate * (_correction1 * m[i]) / (Vector.SquareRoot(_correction2 * v[i]) + epsilon);
                w[i] -= decay * decays[i] * w[i] + step;
            }
        }
        else
        {
            Optimiser.Sgd sgd = (Optimiser.Sgd)_optimiser;
            float momentum = (float)sgd.Momentum;
            for (int i = 0; i < w.Length; i++)
            {
                m[i] = momentum * m[i] - _rate * g[i];
                w[i] += sgd.Nesterov ? momentum * m[i] - _rate * g[i] : m[i];
            }
        }

        g.Clear();
    }
}
