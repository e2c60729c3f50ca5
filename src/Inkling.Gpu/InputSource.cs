using ILGPU;
using ILGPU.Runtime;
using Inkling.Data;
using Inkling.Gpu.Kernels;
using Inkling.Numerics;
using Inkling.Training.Steps;

namespace Inkling.Gpu;

/// <summary>Where a training's inputs come from on a device.</summary>
internal abstract class InputSource
{
    /// <summary>Chooses where images are augmented, if they are: on the device if it can, otherwise on the processor.</summary>
    /// <param name="session">The device.</param>
    /// <param name="memory">Where buffers are allocated.</param>
    /// <param name="examples">The training examples.</param>
    /// <param name="settings">How they are augmented.</param>
    /// <param name="architecture">The network that takes them.</param>
    /// <param name="examplesAtOnce">The most examples that <see cref="Take"/> is given.</param>
    public static InputSource Of(
        DeviceSession session,
        DeviceMemory memory,
        Examples examples,
        StepSettings settings,
        Architecture architecture,
        int examplesAtOnce)
    {
        if (settings.Distort is null)
            return new StoredInputs(DeviceExamples.Inputs(memory, examples, architecture));
        return examples is LabelledImages images && settings.Augmentation is { } augmentation
            && AugmentedInputs.Suits(session, images, augmentation)
            ? new AugmentedInputs(session, memory, images, augmentation, architecture, examplesAtOnce, settings.Threads)
            : new DistortedInputs(memory, examples, settings, examplesAtOnce);
    }

    /// <summary>Has the inputs of mini-batches ready, in launches before those that read them.</summary>
    /// <param name="miniBatches">The mini-batches.</param>
    /// <param name="order">Their examples, on the device.</param>
    /// <returns>Inputs, and which of them are those of the mini-batches.</returns>
    public abstract (DeviceInputs Inputs, ArrayView<int> Order) Take(in MiniBatches miniBatches, ArrayView<int> order);

    /// <summary>Called when these mini-batches have been launched, and the processor would only wait for them.</summary>
    public virtual void Prepare(in MiniBatches miniBatches)
    {
    }

    /// <summary>Examples as they are, which stay on the device.</summary>
    private sealed class StoredInputs(DeviceInputs inputs) : InputSource
    {
        public override (DeviceInputs Inputs, ArrayView<int> Order) Take(in MiniBatches miniBatches, ArrayView<int> order) =>
            (inputs, order);
    }

    /// <summary>Images that the device augments; the processor draws how each is moved.</summary>
    private sealed class AugmentedInputs : InputSource
    {
        private readonly DeviceSession _session;
        private readonly Augmentation _augmentation;
        private readonly AugmentationShape _shape;
        private readonly ParallelOptions _threads;
        private readonly DeviceInputs _stored, _augmented;
        private readonly ArrayView<int> _identity;
        private readonly Floats _gaussian;
        private readonly ArrayView<ImageDraw> _deviceDraws;
        private readonly ImageDraw[] _draws;

        private readonly Action<
        AcceleratorStream,
        KernelConfig,
        AugmentationShape,
        DeviceInputs,
        ArrayView<int>,
        ArrayView<ImageDraw>,
        Floats,
        Floats> _augment;

        public AugmentedInputs(
            DeviceSession session,
            DeviceMemory memory,
            LabelledImages images,
            Augmentation augmentation,
            Architecture architecture,
            int examplesAtOnce,
            int threads)
        {
            (_session, _augmentation) = (session, augmentation);
            _threads = new ParallelOptions { MaxDegreeOfParallelism = threads };
            Span<float> gaussian =
                ElasticField.Gaussian(augmentation.ElasticSmoothness, new float[2 * ElasticField.MostRadius + 1]);
            _shape = new AugmentationShape
            {
                Height = images.Height,
                Width = images.Width,
                Elastic = (float)(augmentation.Elastic / 32767.5),
                Radius = gaussian.Length / 2,
                Erasing = augmentation.Erasing,
            };
            _gaussian = memory.Copy<float>(gaussian);
            _draws = new ImageDraw[examplesAtOnce];
            _deviceDraws = memory.Allocate<ImageDraw>(examplesAtOnce);
            _identity = memory.Copy<int>([.. Enumerable.Range(0, examplesAtOnce)]);
            _stored = DeviceExamples.Inputs(memory, images, architecture);
            _augmented = DeviceExamples.OfNumbers(
                memory, memory.Allocate<float>((long)examplesAtOnce * images.InputSize), images.InputSize);
            session.Load(AugmentationKernel.Augment, out _augment);
        }

        /// <summary>
        /// Whether the device can do it: noise needs logarithms in double precision, and OpenCL's devices need not have doubles.
        /// </summary>
        public static bool Suits(DeviceSession session, LabelledImages images, Augmentation augmentation) =>
            augmentation.Noise == 0
            && Math.Max(images.Height, images.Width) <= AugmentationKernel.MostSide
            && session.Accelerator.AcceleratorType != AcceleratorType.OpenCL;

        public override (DeviceInputs Inputs, ArrayView<int> Order) Take(in MiniBatches miniBatches, ArrayView<int> order)
        {
            if (!miniBatches.IsAugmented)
                return (_stored, order);
            int count = miniBatches.Examples;
            (long seed, ArraySegment<int> examples) = (miniBatches.Seed, miniBatches.Order);
            Threading.For(count, _threads, i => _draws[i] = Draw(new RandomStream(seed, examples[i])));
            DeviceMemory.Write<ImageDraw>(_deviceDraws, _draws.AsSpan(0, count));
            _augment(
                _session.Stream,
                new KernelConfig(count, _session.ImageThreads),
                _shape,
                _stored,
                order,
                _deviceDraws,
                _gaussian,
                _augmented.Values);
            return (_augmented, _identity);
        }

        private ImageDraw Draw(RandomStream random)
        {
            double thickness = _augmentation.Thickness;
            ImageDraw draw = new()
            {
                Thickness = thickness > 0 ? (float)random.NextDouble(-thickness, thickness) : 0,
                Movement = _augmentation.DrawMovement(random),
            };
            draw.Random = DeviceRandom.Of(random.Save());
            return draw;
        }
    }

    /// <summary>Images that the processor augments, those that follow while the device works on those before them.</summary>
    private sealed class DistortedInputs(DeviceMemory memory, Examples examples, StepSettings settings, int examplesAtOnce)
        : InputSource
    {
        private readonly float[] _distorted = new float[checked(examplesAtOnce * examples.InputSize)];
        private readonly ArrayView<int> _identity = memory.Copy<int>([.. Enumerable.Range(0, examplesAtOnce)]);

        private readonly DeviceInputs _inputs = DeviceExamples.OfNumbers(
            memory, memory.Allocate<float>((long)examplesAtOnce * examples.InputSize), examples.InputSize);

        private (long Seed, int Place)? _prepared; // the epoch's seed, and the place of the first example that is ready
        private int _count;

        public override (DeviceInputs Inputs, ArrayView<int> Order) Take(in MiniBatches miniBatches, ArrayView<int> order)
        {
            int count = miniBatches.Examples;
            if (_prepared != (miniBatches.Seed, miniBatches.ExamplesBefore) || _count < count)
                Distort(miniBatches.Order[..count]);
            DeviceMemory.Write<float>(_inputs.Values, _distorted.AsSpan(0, count * examples.InputSize));
            return (_inputs, _identity);
        }

        public override void Prepare(in MiniBatches miniBatches)
        {
            ArraySegment<int> next = miniBatches.Order[miniBatches.Examples..];
            Distort(next[..Math.Min(next.Count, miniBatches.Examples)]);
            _prepared = (miniBatches.Seed, miniBatches.ExamplesBefore + miniBatches.Examples);
        }

        private void Distort(ArraySegment<int> order)
        {
            _count = order.Count;
            Threading.For(order.Count, new ParallelOptions { MaxDegreeOfParallelism = settings.Threads }, i =>
            {
                Span<float> input = _distorted.AsSpan(i * examples.InputSize, examples.InputSize);
                examples.CopyInput(order[i], input);
                settings.Distort!(order[i], input);
            });
        }
    }
}
