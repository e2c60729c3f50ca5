using Inkling.Execution;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

/// <summary>Shards of a mini-batch that are computed apart and added along the tree give the bits of the whole.</summary>
public sealed class ShardsTests
{
    [Fact]
    public void Shards_have_all_examples_in_order_and_differ_by_one_at_most()
    {
        int[] all = [.. Enumerable.Range(0, 40)];
        for (int count = 1; count <= Shards.Most; count++)
        {
            Shards shards = new(count);
            for (int items = 0; items <= 40; items++)
            {
                (int Start, int End)[] parts = [.. Enumerable.Range(0, count).Select(shard => shards.ItemsOf(shard, items))];
                Assert.Equal(all[..items], parts.SelectMany(part => all[part.Start..part.End]));
                Assert.InRange(parts.Max(part => part.End - part.Start) - parts.Min(part => part.End - part.Start), 0, 1);
            }
        }
    }

    [Fact]
    public void An_aligned_run_of_shards_is_a_whole_subtree()
    {
        string[] sums = ["0", "1", "2", "3", "4", "5", "6", "7"];
        foreach ((int into, int from) in new Shards(8).Additions)
            sums[into] = $"({sums[into]}+{sums[from]})";
        Assert.Equal("(((0+1)+(2+3))+((4+5)+(6+7)))", sums[0]);
    }

    [Theory]
    [InlineData("1x28x28 flatten dense:20 sigmoid dense:10 sigmoid", 150, 4, true)] // sparse inputs
    [InlineData("1x28x28 flatten dense:20 sigmoid dense:10 sigmoid", 150, 4, false)]
    [InlineData("1x28x28 conv:5:5x5:stride3 tanh flatten dense:10 softmax", 37, 7, false)]
    public void The_gradient_of_a_mini_batch_is_the_tree_sum_of_its_shards(string layers, int examples, int count, bool isSparse)
    {
        LabelledImages digits = GeneratedDigits.Create(examples, seed: 7);
        Network network = new(Architecture.Parse(layers), seed: 2);
        Shards shards = new(count);
        (float[] whole, double cost) = Gradient(network, digits, 0, examples, isSparse);
        (float[] Sum, double Cost)[] parts =
        [
            .. Enumerable.Range(0, count)
                .Select(shard => shards.ItemsOf(shard, examples))
                .Select(part => Gradient(network, digits, part.Start, part.End, isSparse))
        ];
        Assert.Equal(TreeSum([.. parts.Select(part => part.Cost)]), cost);
        for (int i = 0; i < whole.Length; i++)
            Assert.Equal(TreeSum([.. parts.Select(part => part.Sum[i])]), whole[i]);
    }

    private static (float[] Sum, double Cost) Gradient(Network network, LabelledImages digits, int start, int end, bool isSparse)
    {
        using Backpropagation pass = new(network.Parameters, end - start, threads: 2, isSparse, workWorthSharing: 0);
        Gradient gradient = new(network.Architecture);
        gradient.Values.Span.Clear();
        double cost = pass.AddGradient(digits, Enumerable.Range(start, end - start).ToArray(), 0.5f, gradient.Values);
        return (gradient.Values.Span.ToArray(), cost);
    }

    /// <summary>The sum along the binary tree whose left half is the largest power of two.</summary>
    internal static T TreeSum<T>(T[] sums)
        where T : System.Numerics.INumber<T>
    {
        if (sums.Length == 1)
            return sums[0];
        int half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)sums.Length) / 2;
        return TreeSum(sums[..half]) + TreeSum(sums[half..]);
    }
}
