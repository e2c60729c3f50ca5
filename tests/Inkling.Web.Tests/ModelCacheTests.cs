using Inkling.Web.Reading;

namespace Inkling.Web.Tests;

/// <summary>The networks that can be chosen.</summary>
public sealed class ModelCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling shelf ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_network_that_is_saved_anew_takes_the_place_of_the_old_one_in_memory()
    {
        ModelCache shelf = new(new WebSettings { Folder = _folder });
        for (int seed = 1; seed <= 5; seed++)
        {
            Network network = new([784, 30, 10], seed);
            string name = shelf.Save(network, "mine");
            DateTime written = new(2000, 1, seed, 0, 0, 0, DateTimeKind.Utc); // the file system's clock may be coarse
            File.SetLastWriteTimeUtc(Path.Combine(_folder, "networks", "mine.safetensors"), written);
            _ = shelf.ReaderOf(name);
            Assert.Equal(network.WeightedLayers[0].CopyWeights(), shelf.NetworkOf(name).WeightedLayers[0].CopyWeights());
            Assert.Equal(1, shelf.OpenNetworks);
        }
    }

    [Fact]
    public void Many_networks_are_listed_and_read_with_few_in_memory()
    {
        ModelCache shelf = new(new WebSettings { Folder = _folder });
        for (int seed = 1; seed <= 12; seed++)
            shelf.Save(new Network([784, seed, 10], seed), $"mine-{seed:00}");
        File.WriteAllText(Path.Combine(_folder, "networks", "damaged.safetensors"), "no network");
        Assert.Equal(shelf.Names().Where(name => name != "damaged"), shelf.All().Select(model => model.Name));
        Assert.Equal(0, shelf.OpenNetworks);
        foreach (string name in shelf.Names().Where(name => name.StartsWith("mine", StringComparison.Ordinal)))
            Assert.Equal(name, $"mine-{shelf.NetworkOf(name).WeightedLayers[0].Neurons:00}");
        Assert.InRange(shelf.OpenNetworks, 1, 8);
        File.Delete(Path.Combine(_folder, "networks", "mine-01.safetensors"));
        Assert.DoesNotContain("mine-01", shelf.All().Select(model => model.Name));
        Assert.Throws<InklingException>(() => shelf.ReaderOf("mine-01"));
    }

    [Fact]
    public void A_network_that_could_not_be_read_once_is_read_the_next_time()
    {
        ModelCache shelf = new(new WebSettings { Folder = _folder });
        shelf.Save(new Network([784, 5, 10], 1), "mine");
        using (new FileStream(
            Path.Combine(_folder, "networks", "mine.safetensors"), FileMode.Open, FileAccess.Read, FileShare.None))
        {
            Assert.Throws<InklingException>(() => shelf.ReaderOf("mine"));
            Assert.DoesNotContain("mine", shelf.All().Select(model => model.Name));
        }

        Assert.NotNull(shelf.ReaderOf("mine"));
        Assert.Contains("mine", shelf.All().Select(model => model.Name));
    }

    [Fact]
    public void The_networks_in_memory_are_bounded_in_bytes_and_each_is_loaded_once_when_it_is_first_asked_for()
    {
        ModelCache shelf = new(new WebSettings { Folder = _folder });
        for (int i = 1; i <= 9; i++)
        {
            shelf.Save(new Network([784, 5, 10], i), $"mine-{i}");
            Assert.Same(shelf.NetworkOf($"mine-{i}"), shelf.NetworkOf($"mine-{i}")); // the ninth too; eight stay in memory
        }

        Assert.Equal((9, 8), (shelf.Loads, shelf.OpenNetworks));
        long length = new FileInfo(Path.Combine(_folder, "networks", "mine-1.safetensors")).Length;
        ModelCache small = new(new WebSettings { Folder = _folder, NetworkBytes = 2 * length + 100 });
        for (int i = 1; i <= 9; i++)
            small.NetworkOf($"mine-{i}");
        Assert.Equal(2, small.OpenNetworks);
    }
}
