using System.Security.Cryptography;

namespace Inkling.Mpi.Tests;

/// <summary>With Open MPI.</summary>
public sealed class OpenMpiTests() : TrainTogetherTests("mpirun.openmpi");

/// <summary>With MPICH.</summary>
public sealed class MpichTests() : TrainTogetherTests("mpirun.mpich");

/// <summary><c>mpirun -np N inkling train</c>.</summary>
public abstract class TrainTogetherTests(string launcher) : IDisposable
{
    private const int SigKill = 9, SigStop = 19, SigTerm = 15;

    private const int Endless = 100_000; // epochs of a training that is stopped long before

    private const string Network = "1x28x28 conv:8:3x3:stride2 batchnorm relu maxpool:2 flatten dropout:0.2 dense:10 softmax";

    private readonly Job _job = new();

    public void Dispose()
    {
        _job.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Ranks_save_the_network_of_one_process_and_print_what_it_prints()
    {
        Job.Ended alone = await _job.RunAloneAsync(Train("alone", epochs: 2));
        Assert.True(alone.ExitCode == 0, alone.ToString());
        foreach (int ranks in new[] { 1, 2, 3 })
        {
            Job.Ended together = await _job.RunAsync(launcher, ranks, Train($"{ranks}", epochs: 2));
            Assert.True(together.ExitCode == 0, together.ToString());
            Assert.Equal(Hash("alone"), Hash($"{ranks}"));
            Assert.Equal(alone.Lines[..2], together.Lines[..2]); // the epochs; then there is the time
            Assert.Equal(alone.Lines.Length, together.Lines.Length);
            Assert.Equal(1, together.Count("Saved the network"));
        }
    }

    [Fact]
    public async Task Stopped_and_killed_a_training_resumes_with_other_numbers_of_ranks_to_the_same_bits()
    {
        string checkpoint = _job.PathOf("run.checkpoint");
        string[] train = TrainDense("resumed", Endless);
        Task<Job.Ended> training = Job.EndAsync(_job.Start(launcher, 3, train));
        await _job.SignalAsync(training, rank: 1, SigTerm, checkpoint);
        Job.Ended stopped = await training; // all of them, after the same step
        Assert.True(stopped.Count("Kept the training in") == 1, stopped.ToString());

        File.Delete(_job.PathOf("resumed.safetensors")); // the network so far
        File.Delete(checkpoint + ".previous");
        training = Job.EndAsync(_job.Start(launcher, 2, [.. train, "--resume"]));
        await _job.SignalAsync(training, rank: 1, SigKill, checkpoint + ".previous");
        Job.Ended killed = await training;
        Assert.NotEqual(0, killed.ExitCode);
        string all = killed.ToString();
        Assert.True(all.Contains("signal 9", StringComparison.Ordinal), all); // the launcher says so
        Assert.Equal(0, killed.Count("   at ")); // no stack of an exception
        Assert.False(File.Exists(_job.PathOf("resumed.safetensors")));

        int epochs = killed.LastEpoch + 10; // beyond what the checkpoint has, even if the launcher lost some lines
        Job.Ended resumed = await _job.RunAloneAsync([.. TrainDense("resumed", epochs), "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        File.Delete(checkpoint);
        File.Delete(checkpoint + ".previous");
        await _job.RunAloneAsync(TrainDense("alone", epochs));
        Assert.Equal(Hash("alone"), Hash("resumed"));

        // A network whose steps do not depend on how many epochs there will be.
        string[] TrainDense(string name, int epochs) =>
        [
            "train", "--layers", "784,100,10", "--epochs", $"{epochs}", "--mini-batch", "100", "--checkpoint", checkpoint,
            "--out", _job.PathOf($"{name}.safetensors"), "--data", _job.Folder,
        ];
    }

    [Fact]
    public async Task A_rank_that_hangs_is_named_and_ends_the_job()
    {
        string checkpoint = _job.PathOf("run.checkpoint");
        Task<Job.Ended> training = Job.EndAsync(_job.Start(
            launcher, 3, [.. Train("hung", Endless), "--checkpoint", checkpoint, "--rank-timeout", "20"]));
        await _job.SignalAsync(training, rank: 1, SigStop, checkpoint);
        Job.Ended hung = await training;
        Assert.NotEqual(0, hung.ExitCode);
        Assert.True(hung.Count("Rank 1 has not answered for 20 s, and the training cannot go on.") == 1, hung.ToString());
        for (int i = 0; i < 3000 && _job.Ranks(1).Any(); i++) // the launcher kills it, which may take a moment
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Empty(_job.Ranks(1));
    }

    [Fact]
    public async Task Ranks_with_other_options_or_without_data_are_told_apart_before_anything_is_learned()
    {
        Job.Ended other = await _job.RunDifferentlyAsync(
            launcher, Train("other", epochs: 2), [.. Train("other", epochs: 2), "--eta", "2"]);
        Assert.NotEqual(0, other.ExitCode);
        Assert.DoesNotContain(other.Lines, line => line.StartsWith("Epoch", StringComparison.Ordinal));
        Assert.True(
            other.Count("Rank 2 was started otherwise than rank 0 (here): learning rate (2 there,") == 1, other.ToString());

        string[] elsewhere = ["--data", _job.PathOf("nowhere")];
        Job.Ended missing = await _job.RunDifferentlyAsync(
            launcher, Train("other", epochs: 2), [.. Train("other", epochs: 2)[..^2], .. elsewhere]);
        Assert.NotEqual(0, missing.ExitCode);
        Assert.True(missing.Count("Rank 2: ") == 1 && missing.Count("nowhere: there is no such") == 1, missing.ToString());
    }

    [Fact]
    public async Task What_is_wrong_on_another_rank_than_0_before_it_joins_is_said_with_its_name()
    {
        Job.Ended ended = await _job.RunDifferentlyAsync(launcher, ["train", "--help"], ["train", "--epocs", "3"]);
        Assert.NotEqual(0, ended.ExitCode);
        Assert.True(ended.Count($"Rank 2 on {Environment.MachineName}: inkling train has no option") == 1, ended.ToString());
    }

    [Fact]
    public async Task What_is_wrong_on_all_ranks_is_said_once_by_each_at_most()
    {
        Job.Ended usage = await _job.RunAsync(launcher, 2, "train", "--epocs", "3");
        int others = usage.Count("Rank 1 on "); // unless rank 0's end has ended it, as with Open MPI
        Assert.True(others <= 1 && usage.Count("has no option \"--epocs\"") == 1 + others, usage.ToString());
        Job.Ended missing = await _job.RunAsync(launcher, 2, "train", "--data", _job.PathOf("nowhere"), "--out", "x.npz");
        Assert.True(missing.Count("nowhere: there is no such") == 1 && missing.Count("Rank ") == 0, missing.ToString());
    }

    /// <summary>Arguments; the last two are where the data are.</summary>
    private string[] Train(string name, int epochs) =>
    [
        "train", "--architecture", Network, "--epochs", $"{epochs}", "--mini-batch", "30",
        "--out", _job.PathOf($"{name}.safetensors"), "--data", _job.Folder,
    ];

    private string Hash(string name) =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_job.PathOf($"{name}.safetensors"))));
}
