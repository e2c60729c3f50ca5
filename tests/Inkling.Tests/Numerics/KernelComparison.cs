using System.Runtime.Intrinsics;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

/// <summary>
/// Every kernel at one vector width against a plain loop, at arbitrary sizes, on guarded memory. A kernel that leaves its
/// buffers crashes the process, so this runs in a separate one: <see cref="InstructionSetTests"/>.
/// </summary>
internal static partial class KernelComparison<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    private static readonly float[] GreyLevels = [.. Enumerable.Range(0, 256).Select(level => level / 255f)];

    private static readonly (string Name, Action<KernelCase> Compare)[] All =
    [
        ("rows times panels", RowsTimesPanels), ("largest of four nines", LargestOfFourNines),
        ("outer products", AddOuterProducts), ("square products", SquareMultiply),
        ("outer products of squares", SquareOuterProducts), ("sparse products", SparseProduct),
        ("sparse outer products", SparseOuterProducts), ("transposing", TransposePanel), ("flipping", Flip),
        ("multiply-add", MultiplyAdd), ("sigmoid", Sigmoid), ("exponential", Exponential), ("sigmoid's slope", SigmoidSlope),
        ("activations", Activations), ("softmax", Softmax), ("vectors", AnyLength), ("squared distance", SquaredDistance),
        ("pooling", Pool), ("pooling, back", PoolBack), ("to planes", ToPlanes), ("from planes", FromPlanes),
    ];

    /// <summary>Compares each kernel in this many cases, which the seed determines.</summary>
    public static void Run(long seed, int cases)
    {
        using GuardedMemory memory = new(capacity: 1 << 20);
        foreach ((string name, Action<KernelCase> compare) in All)
        {
            Console.WriteLine($"{TSimd.Lanes} lanes, {name}"); // the last line if the process crashes
            for (int i = 0; i < cases; i++)
            {
                memory.Reset();
                compare(new KernelCase(memory, new RandomStream(seed, i)));
            }
        }
    }
}

/// <summary>The comparisons that run in a separate process.</summary>
internal static class KernelComparisonProcess
{
    /// <param name="args">The number of cases for each kernel; optionally a seed, to repeat a failure.</param>
    /// <returns>The process's exit code: 0 if all comparisons pass.</returns>
    public static int Run(string[] args)
    {
        int cases = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
        long seed =
            args.Length > 1 ? long.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.NextInt64();
        Console.WriteLine(InstructionSets.OfThisProcess);
        Console.WriteLine($"kernels {cases} {seed}");
        try
        {
            Console.WriteLine(SameBits.OfTraining(threads: 3));
            KernelComparison<Simd128, Vector128<float>>.Run(seed, cases);
            KernelComparison<Simd256, Vector256<float>>.Run(seed, cases);
            KernelComparison<Simd512, Vector512<float>>.Run(seed, cases);
            Console.WriteLine("all equal");
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine(e);
            return 1;
        }
    }
}
