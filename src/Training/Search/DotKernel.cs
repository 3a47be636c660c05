using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ContrastiveService.Training.Search;

/// <summary>
/// Dot products of one vector with many. Rows are padded with zeros to a multiple of <see cref="Lane"/> numbers. A row's result is the same to the bit wherever it
/// stands, so that searches in batches, in parallel and under filters agree.
/// </summary>
static class DotKernel
{
    /// <summary>Numbers that are taken at a time.</summary>
    public const int Lane = 16;

    // The processor guesses what is read next from what was read in a row; four short rows at a time leave it a few lines each to guess from, and it is told.
    const int Narrow = 256, Ahead = 1024, Line = 64;

    // A float16's bits, moved to where a float32 has them, are its value times 2^-112: the exponents' biases are 127 and 15. The query carries the inverse.
    const float HalfScale = 5.192296858534828e33f;

    /// <summary>Numbers from one row to the next.</summary>
    public static int Stride(int width) => (width + Lane - 1) / Lane * Lane;

    /// <summary>A query as the kernel wants it: padded, and scaled where rows are float16.</summary>
    public static float[] Prepare(ReadOnlySpan<float> vector, bool half)
    {
        var query = new float[Stride(vector.Length)];
        vector.CopyTo(query);
        if (half)
            foreach (ref var number in query.AsSpan())
                number *= HalfScale;
        return query;
    }

    /// <summary>Scores rows of float32 that lie one after the other.</summary>
    public static void Score(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        var stride = query.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, stride * scores.Length);
        ref var q = ref MemoryMarshal.GetReference(query);
        ref var row = ref MemoryMarshal.GetReference(rows);
        var narrow = stride <= Narrow;
        var i = 0;
        // Four rows share each load of the query, and their eight sums hide how long one addition takes.
        for (; i + 4 <= scores.Length; i += 4)
        {
            ref var a = ref Unsafe.Add(ref row, (nint)i * stride);
            ref var b = ref Unsafe.Add(ref a, stride);
            ref var c = ref Unsafe.Add(ref b, stride);
            ref var d = ref Unsafe.Add(ref c, stride);
            Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
            for (nuint n = 0; n < (nuint)stride; n += Lane)
            {
                if (narrow)
                    Fetch(ref Unsafe.Add(ref a, 4 * n));
                var (q0, q1) = (Vector256.LoadUnsafe(ref q, n), Vector256.LoadUnsafe(ref q, n + 8));
                a0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, n), q0, a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, n + 8), q1, a1);
                b0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref b, n), q0, b0);
                b1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref b, n + 8), q1, b1);
                c0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref c, n), q0, c0);
                c1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref c, n + 8), q1, c1);
                d0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref d, n), q0, d0);
                d1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref d, n + 8), q1, d1);
            }

            scores[i] = Vector256.Sum(a0 + a1);
            scores[i + 1] = Vector256.Sum(b0 + b1);
            scores[i + 2] = Vector256.Sum(c0 + c1);
            scores[i + 3] = Vector256.Sum(d0 + d1);
        }

        for (; i < scores.Length; i++)
        {
            ref var a = ref Unsafe.Add(ref row, (nint)i * stride);
            Vector256<float> a0 = default, a1 = default;
            for (nuint n = 0; n < (nuint)stride; n += Lane)
            {
                a0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, n), Vector256.LoadUnsafe(ref q, n), a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref a, n + 8), Vector256.LoadUnsafe(ref q, n + 8), a1);
            }

            scores[i] = Vector256.Sum(a0 + a1);
        }
    }

    /// <summary>Scores rows of finite float16 that lie one after the other; the query must have been prepared for them.</summary>
    public static void Score(ReadOnlySpan<float> query, ReadOnlySpan<ushort> rows, Span<float> scores)
    {
        var stride = query.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, stride * scores.Length);
        ref var q = ref MemoryMarshal.GetReference(query);
        ref var row = ref MemoryMarshal.GetReference(rows);
        for (var i = 0; i < scores.Length; i++)
        {
            ref var a = ref Unsafe.Add(ref row, (nint)i * stride);
            Vector256<float> a0 = default, a1 = default;
            for (nuint n = 0; n < (nuint)stride; n += Lane)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref a, n));
                a0 = Vector256.FusedMultiplyAdd(Moved(low), Vector256.LoadUnsafe(ref q, n), a0);
                a1 = Vector256.FusedMultiplyAdd(Moved(high), Vector256.LoadUnsafe(ref q, n + 8), a1);
            }

            scores[i] = Vector256.Sum(a0 + a1);
        }
    }

    /// <summary>Asks for the four lines that are some way on, which may lie behind the last row: asking is no reading.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Fetch(ref float place)
    {
        if (!Sse.IsSupported)
            return;
        var ahead = (byte*)Unsafe.AsPointer(ref place) + Ahead;
        Sse.Prefetch0(ahead);
        Sse.Prefetch0(ahead + Line);
        Sse.Prefetch0(ahead + (2 * Line));
        Sse.Prefetch0(ahead + (3 * Line));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Moved(Vector256<uint> half) =>
        (((half << 16) & Vector256.Create(0x80000000u)) | ((half << 13) & Vector256.Create(0x0fffe000u))).AsSingle();
}
