using Inkling.Files;
using Inkling.Training;

namespace Inkling.Tests.Training;

/// <summary>A training that is killed at any rename, or whose disk fails, loses nothing that a checkpoint had.</summary>
public sealed class CheckpointFaultTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A snapshot of the folder before each step of each save is what a kill at that moment leaves.</summary>
    [Fact]
    public void Killed_before_any_write_or_rename_it_goes_on_to_the_same_bits_and_leaves_no_temporary_file()
    {
        List<(string Folder, string Step)> kills = [];
        string snapshots = Directory.CreateTempSubdirectory("inkling kills ").FullName;
        try
        {
            AtomicFile.BeforeStep.Value = (step, _) =>
            {
                string snapshot = Path.Combine(snapshots, $"{kills.Count}");
                Directory.CreateDirectory(snapshot);
                foreach (string file in Directory.GetFiles(_folder.Folder)
                    .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
                    Copy(file, Path.Combine(snapshot, Path.GetFileName(file)));
                kills.Add((snapshot, $"{step} of save {kills.Count}"));
            };
            Network whole = _folder.Train(CheckpointFolder.Options);
            AtomicFile.BeforeStep.Value = null;
            Assert.Equal(3 + 4 + 4, kills.Count); // the first save has no previous checkpoint to keep
            foreach ((string folder, string step) in kills)
            {
                Network resumed = _folder.Train(CheckpointFolder.Options, Path.Combine(folder, "run.checkpoint"));
                Assert.True(CheckpointFolder.Bits(whole).AsSpan().SequenceEqual(CheckpointFolder.Bits(resumed)), step);
                Assert.Equal(
                    ["run.checkpoint", "run.checkpoint.previous"],
                    Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            }
        }
        finally
        {
            AtomicFile.BeforeStep.Value = null;
            Directory.Delete(snapshots, recursive: true);
        }
    }

    [Fact]
    public void Where_the_disk_fails_at_any_step_it_says_so_once_and_goes_on_later_to_the_same_bits()
    {
        Network whole = _folder.Train(CheckpointFolder.Options, null);
        for (int failing = 0; failing < 11; failing++)
        {
            int steps = 0;
            AtomicFile.BeforeStep.Value = (_, _) =>
            {
                if (steps++ == failing)
                    throw new IOException("No space left on device");
            };
            InklingException e = Assert.Throws<InklingException>(() => _folder.Train(CheckpointFolder.Options));
            AtomicFile.BeforeStep.Value = null;
            Assert.Equal($"{_folder.File}: cannot be written: No space left on device", e.Message);
            Assert.DoesNotContain(
                Directory.GetFiles(_folder.Folder),
                file => !file.EndsWith("checkpoint", StringComparison.Ordinal)
                    && !file.EndsWith("previous", StringComparison.Ordinal));
            Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options)));
            File.Delete(_folder.File);
            File.Delete(_folder.Previous);
        }
    }

    [Fact]
    public void A_second_training_on_the_same_checkpoint_is_refused_and_the_first_goes_on()
    {
        List<string> refusals = [];
        TrainingOptions first = CheckpointFolder.Options with
        {
            OnEpoch = _ => refusals.Add(Assert.Throws<InklingException>(() => _folder.Train(CheckpointFolder.Options)).Message),
        };
        Network trained = _folder.Train(first);
        Assert.Equal(
            Enumerable.Repeat(
                $"{_folder.File}: another training is using this checkpoint. Wait for it, stop it, or name another file.",
                3),
            refusals);
        Assert.Equal(CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options, null)), CheckpointFolder.Bits(trained));
        Assert.Equal(
            ["run.checkpoint", "run.checkpoint.previous"],
            Directory.GetFiles(_folder.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("folder")]
    [InlineData("file/run.checkpoint")]
    public void A_checkpoint_that_cannot_be_written_is_refused_before_anything_is_learned(string name)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Folder, "folder"));
        File.WriteAllText(Path.Combine(_folder.Folder, "file"), "");
        Network network = CheckpointFolder.Fresh();
        Assert.Throws<InklingException>(
            () => _folder.Train(CheckpointFolder.Options, Path.Combine(_folder.Folder, name), network: network));
        Assert.Equal(CheckpointFolder.Bits(CheckpointFolder.Fresh()), CheckpointFolder.Bits(network));
    }

    [Fact]
    public void A_users_own_file_in_the_place_of_the_lock_is_left_and_named()
    {
        File.WriteAllText(_folder.File + ".lock", "versions");
        string message = Assert.Throws<InklingException>(() => _folder.Train(CheckpointFolder.Options)).Message;
        Assert.StartsWith(
            $"{_folder.File}.lock: a file with something in it is where the lock of run.checkpoint has to be.",
            message,
            StringComparison.Ordinal);
        Assert.Equal("versions", File.ReadAllText(_folder.File + ".lock"));
    }

    [Theory]
    [InlineData(".lock", "a folder is where the lock of run.checkpoint has to be")]
    [InlineData(".previous", "run.checkpoint.previous: cannot be written: it is a folder")]
    public void A_folder_in_the_place_of_a_file_of_ours_is_named_before_anything_is_learned(string ending, string what)
    {
        Directory.CreateDirectory(_folder.File + ending);
        Network network = CheckpointFolder.Fresh();
        Assert.Contains(
            what,
            Assert.Throws<InklingException>(
                () => _folder.Train(CheckpointFolder.Options, _folder.File, network: network)).Message,
            StringComparison.Ordinal);
        Assert.Equal(CheckpointFolder.Bits(CheckpointFolder.Fresh()), CheckpointFolder.Bits(network));
    }

    /// <summary>Regression: this was detected only after the first epoch, which may take hours.</summary>
    [Fact]
    public void A_checkpoint_that_could_not_be_read_again_for_its_length_is_refused()
    {
        CheckpointFile.RequireShort("h", 500_000_000, epochs: 30);
        Assert.Contains(
            "are the most that can be read again",
            Assert.Throws<InklingException>(() => CheckpointFile.RequireShort("h", 540_000_000, epochs: 30)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_without_room_is_said_with_the_bytes_that_are_needed_and_free()
    {
        InklingException full =
            Assert.Throws<InklingException>(() => AtomicFile.RequireWritable(_folder.File, long.MaxValue));
        Assert.Contains(
            "run.checkpoint: cannot be written: it may need 9,223,372,036,854,775,807 bytes, and ",
            full.Message,
            StringComparison.Ordinal);
        Assert.Contains("are free on the disk. Free some", full.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Folder));
    }

    /// <summary>
    /// Copies a file, except a temporary one, which is locked while it is written; how much of it a kill leaves does not matter.
    /// </summary>
    private static void Copy(string file, string to)
    {
        if (file.EndsWith(".tmp", StringComparison.Ordinal))
            File.WriteAllText(to, "half");
        else
            File.Copy(file, to);
    }
}
