using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Whether a file is a picture that training will be able to read: it is decoded to its last row, once, here.</summary>
static class PictureCheck
{
    private const int ProbeSize = 8, SmallPicture = 64;

    /// <exception cref="ImageFormatException">It is none, damaged, or too large; or its key or label cannot be stored.</exception>
    public static NewItem Accept(ItemPath place, byte[] bytes, ApiOptions limits)
    {
        var info = PictureLimits.Identify(bytes, limits);
        // A small square at its own size needs no scaling, which costs it more than the decoding.
        var size = info.Width == info.Height && info.Width <= SmallPicture ? info.Width : ProbeSize;
        ImageDecoder.Decode(bytes, size, info.Channels, new byte[info.Channels * size * size]);
        var item = new NewItem(place.Key, place.Label, place.Domain, place.Group, place.Split, info.MediaType, info.Width, info.Height, info.Channels, bytes);
        return item.Problem() is { } problem ? throw new ImageFormatException(problem) : item;
    }
}
