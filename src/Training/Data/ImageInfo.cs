namespace ContrastiveService.Training.Data;

/// <summary>What an encoded picture is, without decoding it.</summary>
/// <param name="MediaType">Such as <c>image/png</c>.</param>
/// <param name="Width">Pixels, after EXIF orientation.</param>
/// <param name="Height">Pixels, after EXIF orientation.</param>
/// <param name="Channels">1 where the file is grey, else 3.</param>
public sealed record ImageInfo(string MediaType, int Width, int Height, int Channels)
{
    /// <summary>Whether the file says that its numbers are not sRGB (an ICC profile of another space). They are taken as sRGB all the same.</summary>
    public bool HasColorProfile { get; init; }
}
