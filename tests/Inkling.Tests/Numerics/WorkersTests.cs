using System.Globalization;
using Inkling.Numerics.Kernels;
using Inkling.Numerics.Threads;

namespace Inkling.Tests.Numerics;

/// <summary>The threads that share loops. These tests run alone, since they count the threads of the whole process.</summary>
[Collection(Name)]
public class WorkersTests
{
    public const string Name = "threads are counted";

    private const int Threads = 4;

    /// <summary>Large enough that several threads share a mini-batch.</summary>
    private static readonly Architecture Large = Architecture.Parse("1x28x28 flatten dense:1000 relu dense:10 softmax");

    private static readonly LabelledImages Digits = GeneratedDigits.Create(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Threads)]
    public void What_a_loop_throws_reaches_the_caller_as_it_is_for_any_number_of_threads(int threads)
    {
        using Workers workers = new(threads);
        InvalidDataException[] failures =
            [.. Enumerable.Range(0, 100).Select(i => new InvalidDataException(i.ToString(CultureInfo.InvariantCulture)))];
        for (int round = 0; round < 20; round++)
        {
            Assert.Same(failures[30], Assert.Throws<InvalidDataException>(() => workers.Split(100, FailFrom30)));
            Assert.Same(failures[30], Assert.Throws<InvalidDataException>(() => workers.For(100, 1, FailFrom30)));
            int sum = 0;
            workers.For(100, 3, (_, start, end) => Interlocked.Add(ref sum, end - start));
            Assert.Equal(100, sum); // the next loop runs as if nothing had failed
        }

        void FailFrom30(int worker, int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                if (i >= 30)
                    throw failures[i];
            }
        }
    }

    [Fact]
    public void A_refused_training_leaves_no_threads_behind()
    {
        Assert.Equal(0, Workers.Alive);
        VectorExamples vectors = new([(new float[784], new float[10])]);
        TrainingOptions options = new() { Threads = Threads, OnEpoch = _ => { } };
        for (int i = 0; i < 5; i++)
        {
            Network network = new(Large);
            Assert.Throws<ArgumentException>(
                () => network.Train(vectors, options with { MiniBatchSize = 20, Augmentation = new Augmentation() }));
            Assert.Throws<ArgumentOutOfRangeException>(() => network.Train(Digits, options with { LearningRate = double.NaN }));
            // Patience without validation data.
            Assert.Throws<ArgumentException>(() => network.Train(Digits, options with { Patience = 1 }));
        }

        Assert.Equal(0, Workers.Alive);
    }

    [Fact]
    public void A_training_that_fails_is_cancelled_or_ends_leaves_no_threads_behind()
    {
        TrainingOptions options = new() { Epochs = 1, MiniBatchSize = 20, LearningRate = 0.01, Threads = Threads };
        int alive = 0;
        Network network = new(Large);
        network.Train(Digits, options with { OnEpoch = _ => alive = Workers.Alive });
        Assert.Equal(Threads - 1, alive);
        Assert.Throws<DivideByZeroException>(
            () => network.Train(Digits, options with { OnEpoch = _ => throw new DivideByZeroException() }));
        using CancellationTokenSource cancelled = new();
        Assert.Throws<OperationCanceledException>(
            () => network.Train(Digits, options with { Epochs = 2, OnEpoch = _ => cancelled.Cancel() }, cancelled.Token));
        Assert.Equal(0, Workers.Alive);
    }

    [Fact]
    public async Task Examples_that_fail_on_one_thread_end_the_training_rather_than_leave_the_others_waiting()
    {
        Network network = new([784, 60, 10]); // four panels of neurons, shared among the threads
        Task training = Task.Run(
            () => network.Sgd(new FailingOnce(), 1, 10, 3.0, options: new TrainingOptions { Threads = 2, OnEpoch = _ => { } }));
        Assert.Equal(
            "lost",
            (await Assert.ThrowsAsync<InvalidDataException>(() => training.WaitAsync(TimeSpan.FromMinutes(2)))).Message);
        Assert.Equal(0, Workers.Alive);
    }

    /// <summary>Images, one of which fails to load the first time it is requested.</summary>
    private sealed class FailingOnce : Examples
    {
        private int _asked;

        public override int Count => 30;

        public override int InputSize => 784;

        public override int OutputSize => 10;

        internal override bool IsSparse => true;

        public override void CopyInput(int index, Span<float> input) => input.Clear();

        public override void CopyTarget(int index, Span<float> target)
        {
            if (Interlocked.Increment(ref _asked) == 1)
                throw new InvalidDataException("lost");
            target.Clear();
        }

        public override int ClassOf(int index) => 0;

        private protected override SparseRows MakeSparseInputs()
            => SparseRows.FromBytes(new byte[30 * 784], 30, 784, new float[256]);
    }
}

[CollectionDefinition(WorkersTests.Name, DisableParallelization = true)]
public sealed class WorkersTestsAlone;
