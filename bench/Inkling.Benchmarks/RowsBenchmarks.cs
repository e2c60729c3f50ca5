using BenchmarkDotNet.Attributes;
using Inkling.Numerics;

namespace Inkling.Benchmarks;

/// <summary>The first layer's two products on real images: time for one image of about 150 non-zero pixels.</summary>
public class RowsBenchmarks
{
    private LabelledImages _images = null!;
    private Network _network = null!;
    private float[] _vector = [];
    private int _next;

    /// <summary>Hidden neurons.</summary>
    [Params(30, 100)]
    public int Neurons { get; set; }

    [GlobalSetup]
    public async Task Load()
    {
        _images = (await Mnist.LoadAsync()).Test;
        _network = new Network([784, Neurons, 10]);
        _vector = new float[Rows.StrideOf(Neurons)];
    }

    [Benchmark(Baseline = true)]
    public float PlainLoop()
    {
        SparseRow image = NextImage();
        Dense layer = _network.Layers[0];
        Span<float> z = _vector;
        layer.PaddedBiases.CopyTo(z);
        for (int k = 0; k < image.Values.Length; k++)
        {
            for (int j = 0; j < Neurons; j++)
                z[j] += image.Values[k] * layer[j, image.Columns[k]];
        }

        return z[0];
    }

    [Benchmark]
    public float WeightedSum()
    {
        SparseRow image = NextImage();
        Rows.WeightedSum(image.Columns, image.Values, _network.Layers[0].Panels, _network.Layers[0].PaddedBiases, _vector);
        return _vector[0];
    }

    [Benchmark]
    public void AddOuterProduct()
    {
        SparseRow image = NextImage();
        _vector.AsSpan().Clear();
        Rows.AddOuterProduct(image.Columns, image.Values, _vector, _network.Layers[0].Panels);
    }

    private SparseRow NextImage() => _images.SparseInputs[_next = (_next + 1) % _images.Count];
}
