using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace ContrastiveService.Api.Startup;

/// <summary>
/// Buffers of a connection that hold a whole small upload. Kestrel's own hold 4 KiB, so that a picture comes in pieces, each at the price of a call to the system and of waking its reader. An idle
/// connection has none.
/// </summary>
sealed class WideBlocks : IMemoryPoolFactory<byte>
{
    /// <summary>Bytes of a buffer.</summary>
    public const int Size = 1 << 16;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        // For more than that a pipe does not ask here.
        public override int MaxBufferSize => Size;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, Size));

        protected override void Dispose(bool disposing)
        {
        }
    }
}
