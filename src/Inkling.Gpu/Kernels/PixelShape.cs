namespace Inkling.Gpu.Kernels;

/// <summary>The shape of an item's maps.</summary>
internal struct PixelShape
{
    public int Height, Width, Channels;
}

/// <summary>What is random in a dropout layer for a mini-batch.</summary>
internal struct DropoutNumbers
{
    /// <summary>The epoch's seed.</summary>
    public long Seed;

    /// <summary>The layer's part of the streams' numbers: (layer + 1) · 2³².</summary>
    public long Stream;

    /// <summary>The place of the first item in the epoch, and the number of items.</summary>
    public int Place, Items;

    /// <summary>The rate, in 65536ths.</summary>
    public uint Threshold;

    /// <summary>1 over the share of numbers kept.</summary>
    public float Scale;
}
