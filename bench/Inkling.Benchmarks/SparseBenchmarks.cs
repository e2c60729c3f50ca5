using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Benchmarks;

/// <summary>The first layer's two sparse products on MNIST images, about 150 non-zero pixels each: time per ten images.</summary>
[Config(typeof(WithPeak))]
public class SparseBenchmarks
{
    private const int MiniBatch = 10, FirstCache = 16 << 10; // bytes: fits in any L1 data cache

    private readonly int[] _miniBatch = new int[MiniBatch];
    private LabelledImages _images = null!;
    private Network _network = null!;
    private float[] _pixels = [];
    private AlignedBuffer _vectors = AlignedBuffer.Empty;
    private int _next;

    /// <summary>Hidden neurons.</summary>
    [Params(30, 100)]
    public int Neurons { get; set; }

    private int Stride => Rows.StrideOf(Neurons);

    [GlobalSetup]
    public async Task Load()
    {
        _images = (await Mnist.LoadAsync()).Test;
        _network = new Network([784, Neurons, 10]);
        _vectors = new AlignedBuffer(MiniBatch * Stride);
        _pixels = new float[_images.InputSize];
    }

    [Benchmark(Baseline = true)]
    public float PlainLoop()
    {
        WeightedLayer layer = _network.WeightedLayers[0];
        foreach (int image in NextMiniBatch())
        {
            _images.CopyInput(image, _pixels);
            Span<float> z = _vectors.Slice(0, Stride);
            layer.PaddedBiases.CopyTo(z);
            for (int k = 0; k < _pixels.Length; k++)
            {
                for (int j = 0; j < Neurons && _pixels[k] != 0; j++)
                    z[j] += _pixels[k] * layer[j, k];
            }
        }

        return _vectors.Span[0];
    }

    [Benchmark]
    public float RowsTimesPanels()
    {
        WeightedLayer layer = _network.WeightedLayers[0];
        SparseProducts.RowsTimesPanels(
            _images.SparseInputs,
            NextMiniBatch(),
            layer.Panels,
            layer.PaddedBiases,
            _vectors.Span,
            0,
            Stride / Rows.Panel);
        return _vectors.Span[0];
    }

    [Benchmark]
    public void AddOuterProducts()
    {
        _vectors.Span.Clear();
        SparseProducts.AddOuterProducts(
            _images.SparseInputs,
            NextMiniBatch(),
            _vectors.Span,
            _network.WeightedLayers[0].Panels,
            0,
            Stride / Rows.Panel);
    }

    private int[] NextMiniBatch()
    {
        for (int i = 0; i < MiniBatch; i++)
            _miniBatch[i] = _next = (_next + 7919) % _images.Count; // far apart, as shuffled images are
        return _miniBatch;
    }

    /// <summary>Counts weights only: for each non-zero pixel one per neuron, twice where it is also written back.</summary>
    private sealed class WithPeak : ManualConfig
    {
        private const double NonZeroPixels = 151;

        public WithPeak() => AddColumn(new PeakColumn(
            "GB/s",
            "Bytes of weights a second (what is read and written counts twice), "
            + "and their share of what one core reads from its first cache",
            BytesOf,
            () => MachinePeak.GigaBytesRead(FirstCache)));

        private static double BytesOf(BenchmarkCase benchmark) =>
            (benchmark.Descriptor.WorkloadMethod.Name == nameof(AddOuterProducts) ? 2 : 1)
            * MiniBatch * NonZeroPixels * sizeof(float) * Rows.StrideOf((int)benchmark.Parameters[nameof(Neurons)]);
    }
}
