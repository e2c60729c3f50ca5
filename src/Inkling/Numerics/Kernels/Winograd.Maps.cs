using System.Runtime.CompilerServices;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// The six transforms, each by its effect on one line, a row or a column (Lavin and Gray, section 4.3, and the transposes).
/// </summary>
internal static partial class Winograd
{
    /// <summary>
    /// The transform of a line: up to six numbers become up to six. Outputs are computed in pairs, which share subexpressions.
    /// </summary>
    private interface ILine<TVector>
        where TVector : struct
    {
        static abstract int Inputs { get; }

        static abstract int Outputs { get; }

        /// <summary>
        /// Whether the outputs are added to what is there: patches of errors overlap, and gradients of kernels accumulate.
        /// </summary>
        static abstract bool Adds { get; }

        /// <summary>The indices of a pair's outputs; one that does not exist is past the last.</summary>
        static abstract (int First, int Second) OutputsOf(int pair);

        /// <summary>
        /// Computes a pair of outputs. The pair is a constant wherever this is called, so only one of its branches is compiled.
        /// </summary>
        static abstract void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second);
    }

    /// <summary>The index of a pair, as a type, so that it is a compile-time constant for the JIT.</summary>
    private interface IPair
    {
        static abstract int Index { get; }
    }

    private readonly struct Pair0 : IPair
    {
        public static int Index => 0;
    }

    private readonly struct Pair1 : IPair
    {
        public static int Index => 1;
    }

    private readonly struct Pair2 : IPair
    {
        public static int Index => 2;
    }

    /// <summary>Bᵀ.</summary>
    private readonly struct InputLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Patch;

        public static bool Adds => false;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 5) : pair == 1 ? (1, 2) : (3, 4);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                first = TSimd.MultiplyAdd(TSimd.Create(4), x0, TSimd.MultiplyAdd(TSimd.Create(-5), x2, x4));
                second = TSimd.MultiplyAdd(TSimd.Create(4), x1, TSimd.MultiplyAdd(TSimd.Create(-5), x3, x5));
            }
            else
            {
                TVector even = pair == 1 ? TSimd.MultiplyAdd(TSimd.Create(-4), x2, x4) : TSimd.Subtract(x4, x2);
                TVector odd = pair == 1
                    ? TSimd.MultiplyAdd(TSimd.Create(-4), x1, x3)
                    : TSimd.Multiply(TSimd.Create(2), TSimd.Subtract(x3, x1));
                (first, second) = (TSimd.Add(even, odd), TSimd.Subtract(even, odd));
            }
        }
    }

    /// <summary>B.</summary>
    private readonly struct InputErrorLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Patch;

        public static bool Adds => true;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 5) : pair == 1 ? (1, 3) : (2, 4);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                first = TSimd.Multiply(TSimd.Create(4), x0);
                second = x5;
            }
            else if (pair == 1)
            {
                TVector near = TSimd.Subtract(x1, x2), far = TSimd.Subtract(x3, x4);
                first = TSimd.MultiplyAdd(
                    TSimd.Create(-4), near, TSimd.MultiplyAdd(TSimd.Create(-2), far, TSimd.Multiply(TSimd.Create(4), x5)));
                second = TSimd.MultiplyAdd(TSimd.Create(2), far, TSimd.MultiplyAdd(TSimd.Create(-5), x5, near));
            }
            else
            {
                TVector near = TSimd.Add(x1, x2), far = TSimd.Add(x3, x4);
                first = TSimd.MultiplyAdd(TSimd.Create(-5), x0, TSimd.Subtract(TSimd.Multiply(TSimd.Create(-4), near), far));
                second = TSimd.Add(x0, TSimd.Add(near, far));
            }
        }
    }

    /// <summary>Aᵀ.</summary>
    private readonly struct OutputLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Tile;

        public static bool Adds => false;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 2) : (1, 3);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                TVector near = TSimd.Add(x1, x2), far = TSimd.Add(x3, x4);
                first = TSimd.Add(x0, TSimd.Add(near, far));
                second = TSimd.MultiplyAdd(TSimd.Create(4), far, near);
            }
            else
            {
                TVector near = TSimd.Subtract(x1, x2), far = TSimd.Subtract(x3, x4);
                first = TSimd.MultiplyAdd(TSimd.Create(2), far, near);
                second = TSimd.MultiplyAdd(TSimd.Create(8), far, TSimd.Add(near, x5));
            }
        }
    }

    /// <summary>A.</summary>
    private readonly struct ErrorLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Tile;

        public static int Outputs => Patch;

        public static bool Adds => false;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 5) : pair == 1 ? (1, 2) : (3, 4);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                (first, second) = (x0, x3);
            }
            else
            {
                TVector even = pair == 1 ? TSimd.Add(x0, x2) : TSimd.MultiplyAdd(TSimd.Create(4), x2, x0);
                TVector odd = pair == 1
                    ? TSimd.Add(x1, x3)
                    : TSimd.MultiplyAdd(TSimd.Create(8), x3, TSimd.Multiply(TSimd.Create(2), x1));
                (first, second) = (TSimd.Add(even, odd), TSimd.Subtract(even, odd));
            }
        }
    }

    /// <summary>G.</summary>
    private readonly struct KernelLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => 3;

        public static int Outputs => Patch;

        public static bool Adds => false;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 5) : pair == 1 ? (1, 2) : (3, 4);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                (first, second) = (TSimd.Multiply(TSimd.Create(0.25f), x0), x2);
            }
            else
            {
                TVector even = pair == 1
                    ? TSimd.Multiply(TSimd.Create(-1f / 6), TSimd.Add(x0, x2))
                    : TSimd.MultiplyAdd(TSimd.Create(1f / 24), x0, TSimd.Multiply(TSimd.Create(1f / 6), x2));
                TVector odd = TSimd.Multiply(TSimd.Create(pair == 1 ? -1f / 6 : 1f / 12), x1);
                (first, second) = (TSimd.Add(even, odd), TSimd.Subtract(even, odd));
            }
        }
    }

    /// <summary>Gᵀ.</summary>
    private readonly struct KernelGradientLine<TSimd, TVector> : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => 3;

        public static bool Adds => true;

        [MethodImpl(Hot.Inline)]
        public static (int First, int Second) OutputsOf(int pair) => pair == 0 ? (0, 2) : (1, 3);

        [MethodImpl(Hot.Inline)]
        public static void Pair(
            int pair,
            TVector x0,
            TVector x1,
            TVector x2,
            TVector x3,
            TVector x4,
            TVector x5,
            out TVector first,
            out TVector second)
        {
            if (pair == 0)
            {
                TVector near = TSimd.Multiply(TSimd.Create(-1f / 6), TSimd.Add(x1, x2)), far = TSimd.Add(x3, x4);
                first = TSimd.MultiplyAdd(TSimd.Create(0.25f), x0, TSimd.MultiplyAdd(TSimd.Create(1f / 24), far, near));
                second = TSimd.Add(near, TSimd.MultiplyAdd(TSimd.Create(1f / 6), far, x5));
            }
            else
            {
                first = TSimd.MultiplyAdd(
                    TSimd.Create(1f / 6), TSimd.Subtract(x2, x1), TSimd.Multiply(TSimd.Create(1f / 12), TSimd.Subtract(x3, x4)));
                second = default;
            }
        }
    }
}
