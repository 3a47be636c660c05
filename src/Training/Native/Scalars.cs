using TorchSharp;

namespace ContrastiveService.Training.Native;

/// <summary>
/// The numbers that forward passes use, kept for ever: TorchSharp does not keep a Scalar alive during the native call it is passed to (see
/// <see cref="CollectionTruce"/>), and a server cannot choose when it collects. <c>a + b</c> and <c>a.sub(b)</c> make a Scalar 1 too: pass <see cref="One"/>.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0;

    public static readonly Scalar One = 1;

    public static readonly Scalar MinusOne = -1;

    public static readonly Scalar MaxByte = 255;
}
