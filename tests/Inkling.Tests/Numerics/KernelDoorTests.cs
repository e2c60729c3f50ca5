using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>
/// Kernels access memory without bounds checks, so arguments that do not fit are refused beforehand. The arrays here are
/// longer than the spans, so that a missing check does not corrupt the memory of other tests.
/// </summary>
public class KernelDoorTests
{
    private static readonly float[] Levels = [.. Enumerable.Range(0, 256).Select(level => level / 255f)];

    private static readonly SparseRows Sparse = SparseRows.FromBytes([.. Enumerable.Repeat((byte)1, 40)], 4, 10, Levels);

    private static readonly Window Whole = new(1, 10, 0), Frame = new(3, 3, 5);

    private static readonly Winograd.Place Patch = new(6, 6, 16, 16, 0, 0);

    private static readonly Dictionary<string, Action> Calls = new(StringComparer.Ordinal)
    {
        ["a row behind the last"] = () => PanelProducts.RowsTimesPanels(F(40), [0, 31], Whole, F(160), F(16), F(32)),
        ["a row before the first"] = () => PanelProducts.RowsTimesPanels(F(40), [0, -1], Whole, F(160), F(16), F(32)),
        ["a window over the edge"] = () => PanelProducts.RowsTimesPanels(F(12), [0], Frame, F(144), F(16), F(16)),
        ["a window that runs backwards"] =
            () => PanelProducts.RowsTimesPanels(F(40), [0], new Window(2, 3, -3), F(96), F(16), F(16)),
        ["too few weights"] = () => PanelProducts.RowsTimesPanels(F(40), [0], Whole, F(159), F(16), F(16)),
        ["neurons without their padding"] = () => PanelProducts.RowsTimesPanels(F(40), [0], Whole, F(160), F(10), F(10)),
        ["too short for the rows"] = () => PanelProducts.RowsTimesPanels(F(40), [0, 10], Whole, F(160), F(16), F(31)),
        ["planes: the last one over the edge"] =
            () => PanelProducts.PlanesTimesPanels(new(2, 31, 16), F(40), [0], Whole, F(320), F(32), F(32)),
        ["planes: at a negative distance"] =
            () => PanelProducts.PlanesTimesPanels(new(2, -10, 16), F(40), [10], Whole, F(320), F(32), F(32)),
        ["planes: too few weights"] =
            () => PanelProducts.PlanesTimesPanels(new(2, 10, 16), F(40), [0], Whole, F(319), F(32), F(32)),
        ["planes: biases of half a plane"] =
            () => PanelProducts.PlanesTimesPanels(new(2, 10, 16), F(40), [0], Whole, F(320), F(31), F(32)),
        ["planes: none"] = () => PanelProducts.PlanesTimesPanels(new(0, 10, 16), F(40), [0], Whole, F(320), F(32), F(32)),
        ["planes: too short for the rows"] =
            () => PanelProducts.PlanesTimesPanels(new(2, 10, 16), F(40), [0], Whole, F(320), F(32), F(31)),
        ["nines: a window over the edge"] =
            () => PanelProducts.LargestOfFourNines(F(19), [1], 5, F(144), F(16), isRectified: true, F(16)),
        ["nines: a window before the first"] =
            () => PanelProducts.LargestOfFourNines(F(40), [-1], 5, F(144), F(16), isRectified: true, F(16)),
        ["nines: too few weights"] =
            () => PanelProducts.LargestOfFourNines(F(40), [0], 5, F(143), F(16), isRectified: true, F(16)),
        ["nines: too short for the windows"] =
            () => PanelProducts.LargestOfFourNines(F(40), [0, 1], 5, F(144), F(16), isRectified: true, F(31)),
        ["outer: an offset over the edge"] = () =>
            PanelProducts.AddOuterProducts(F(10), [0], [0, 10], F(16), F(32), 0, 1, Shards.One),
        ["outer: a row over the edge"] = () =>
            PanelProducts.AddOuterProducts(F(10), [-5], [0, 4], F(16), F(32), 0, 1, Shards.One),
        ["outer: too few weights"] = () => PanelProducts.AddOuterProducts(F(10), [0], [0, 1], F(16), F(31), 0, 1, Shards.One),
        ["outer: a tile too many"] = () => PanelProducts.AddOuterProducts(F(10), [0], [0, 1], F(16), F(32), 0, 2, Shards.One),
        ["outer: errors without padding"] = () =>
            PanelProducts.AddOuterProducts(F(10), [0], [0, 1], F(10), F(32), 0, 1, Shards.One),
        ["sparse: no such row"] = () => SparseProducts.RowsTimesPanels(Sparse, [4], F(160), F(16), F(16), 0, 1),
        ["sparse: a negative row"] = () => SparseProducts.RowsTimesPanels(Sparse, [-1], F(160), F(16), F(16), 0, 1),
        ["sparse: too few weights"] = () => SparseProducts.RowsTimesPanels(Sparse, [0], F(159), F(16), F(16), 0, 1),
        ["sparse: no such panel"] = () => SparseProducts.RowsTimesPanels(Sparse, [0], F(320), F(16), F(16), 1, 2),
        ["sparse: too short for the rows"] = () => SparseProducts.RowsTimesPanels(Sparse, [0, 1], F(160), F(16), F(16), 0, 1),
        ["sparse outer: no such row"] = () => SparseProducts.AddOuterProducts(Sparse, [9], F(16), F(160), 0, 1),
        ["sparse outer: too few weights"] = () => SparseProducts.AddOuterProducts(Sparse, [0], F(16), F(159), 0, 1),
        ["sparse outer: errors without padding"] = () => SparseProducts.AddOuterProducts(Sparse, [0, 1], F(20), F(160), 0, 1),
        ["bytes of another size"] = () => SparseRows.FromBytes(new byte[41], 4, 10, Levels),
        ["too few grey levels"] = () => SparseRows.FromBytes(new byte[40], 4, 10, new float[255]),
        ["square: too many inputs"] = () => PanelSquares.Multiply(F(16), 17, F(272), F(16), F(16)),
        ["square: no inputs"] = () => PanelSquares.Multiply(F(16), 0, F(16), F(16), F(16)),
        ["square: too few weights"] = () => PanelSquares.Multiply(F(16), 3, F(47), F(16), F(16)),
        ["square: too short for the rows"] = () => PanelSquares.Multiply(F(32), 3, F(48), F(16), F(31)),
        ["square outer: too few errors"] = () => PanelSquares.AddOuterProducts(F(32), 3, F(16), F(48)),
        ["square outer: too few weights"] = () => PanelSquares.AddOuterProducts(F(16), 3, F(16), F(32)),
        ["transposing into too little"] = () => Rows.TransposePanel(F(320), 20, 10, 0, F(319)),
        ["transposing too little"] = () => Rows.TransposePanel(F(319), 20, 10, 0, F(320)),
        ["transposing a panel too many"] = () => Rows.TransposePanel(F(640), 20, 10, 1, F(640)),
        // an input without padding
        ["flipping into too little"] = () => Rows.Flip(F(9 * 3 * 16), 9, 3, 16, F(9 * 16 * 3)),
        ["flipping too little"] = () => Rows.Flip(F(9 * 3 * 10), 9, 3, 10, F(9 * 10 * 16)),
        ["sums of no length"] = () => Rows.AddRows(F(16), default),
        ["sigmoid: another length"] = () => SigmoidKernels.Apply(F(16), F(32)),
        ["sigmoid: half a panel"] = () => SigmoidKernels.Apply(F(24), F(24)),
        ["sigmoid's slope: another length"] = () => SigmoidKernels.TimesDerivative(F(16), F(32)),
        ["exponential: another length"] = () => SigmoidKernels.Exp(F(16), F(32)),
        ["ReLU: half a panel"] = () => Elementwise.Relu(F(10)),
        ["softmax of more than there is"] = () => Elementwise.Softmax(F(16), 17),
        ["softmax of nothing"] = () => Elementwise.Softmax(F(16), 0),
        ["distance: another length"] = () => Vectors.SquaredDistance(F(32), F(16), F(16), 1, F(32)),
        ["distance: too short for it"] = () => Vectors.SquaredDistance(F(32), F(32), F(16), 1, F(16)),
        ["pooling: channels without padding"] = () => Pooling.Forward(F(64), [0], [0, 1], 1, isMax: true, F(1)),
        ["pooling: a window over the edge"] = () => Pooling.Forward(F(64), [48], [0, 16], 16, isMax: true, F(16)),
        ["pooling: a window before the map"] = () => Pooling.Forward(F(64), [-16], [0, 16], 16, isMax: true, F(16)),
        ["pooling: too short for the windows"] = () => Pooling.Forward(F(64), [0, 16], [0], 16, isMax: true, F(16)),
        ["pooling back: too few errors"] = () => Pooling.Back(F(64), F(16), [0, 16], [0], 16, true, false, false, F(64)),
        ["pooling back: into too little"] = () => Pooling.Back(F(64), F(16), [0], [0, 16, 32, 48], 16, true, false, false, F(48)),
        ["Winograd: channels without padding"] = () => Winograd.ToPlanes(
            Winograd.Map.Input, F(6 * 6 * 20), Patch with { Pitch = 20, Channels = 20 }, F(36 * 32), 32, 0),
        ["Winograd: too short an image"] = () => Winograd.ToPlanes(Winograd.Map.Input, F(35 * 16), Patch, F(36 * 16), 16, 0),
        ["Winograd: too short planes"] = () => Winograd.ToPlanes(Winograd.Map.Input, F(36 * 16), Patch, F(36 * 16 - 1), 16, 0),
        ["Winograd: into too short an image"] =
            () => Winograd.FromPlanes(Winograd.Map.InputError, F(36 * 16), 16, 0, F(35 * 16), Patch),
        ["Winograd: from too short planes"] =
            () => Winograd.FromPlanes(Winograd.Map.InputError, F(35 * 16), 16, 0, F(36 * 16), Patch),
        ["the largest of nothing"] = () => Vectors.Argmax([]),
        ["a part of a buffer that ends behind it"] = () => new AlignedBuffer(16).Slice(8, 9),
        ["a part of a buffer that begins before it"] = () => new AlignedBuffer(16).Slice(-1, 4),
    };

    public static TheoryData<string> Names => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_would_leave_its_memory_is_refused(string call) => Assert.ThrowsAny<ArgumentException>(Calls[call]);

    /// <summary>A span in the middle of an array.</summary>
    private static Span<float> F(int length) => new float[length + 8192].AsSpan(4096, length);
}
