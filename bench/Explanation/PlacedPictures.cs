using ContrastiveService.Training.Data;

namespace ContrastiveService.Bench.Explanation;

/// <summary>
/// Fashion-MNIST's things at random places over photographs at half their brightness, the lighter of the two counting: on a canvas of 64, a thing is 28 wide and its middle lies
/// anywhere from 14 to 50. What stands in the middle of a picture means nothing here, and most of a picture is not the thing.
/// </summary>
internal static class PlacedPictures
{
    private const int Canvas = 64, Thing = 28, Photograph = 321;

    /// <summary>Opens the store; builds it if there is none.</summary>
    /// <param name="things">An open store of Fashion-MNIST.</param>
    /// <param name="photographs">Where the photographs lie that <c>need_domain_pictures</c> installs.</param>
    /// <param name="path">Of the store.</param>
    /// <param name="side">Of the pictures: 64, a whole part of it or a multiple.</param>
    /// <exception cref="InvalidDataException">There are no photographs.</exception>
    public static ImageStore Open(ImageStore things, string photographs, string path, int side)
    {
        if (!ImageStoreBuilder.Exists(path))
            Build(things, photographs, path, side);
        return ImageStore.Open(path);
    }

    /// <summary>Where a thing's left upper corner lies on the canvas, as a share of its side; a thing is 7/16 wide.</summary>
    public static (double Left, double Top) PlaceOf(int item)
    {
        var (left, top) = CornerOf(item);
        return ((double)left / Canvas, (double)top / Canvas);
    }

    /// <summary>Whether a point, in shares of the side, lies within the frame of a thing.</summary>
    public static bool IsOnThing(int item, double x, double y)
    {
        var (left, top) = PlaceOf(item);
        return x >= left && y >= top && x < left + ((double)Thing / Canvas) && y < top + ((double)Thing / Canvas);
    }

    private static (int Left, int Top) CornerOf(int item)
    {
        var random = new SeededRandom(1, "place", item);
        return ((int)random.Next(Canvas - Thing + 1), (int)random.Next(Canvas - Thing + 1));
    }

    private static void Build(ImageStore things, string photographs, string path, int side)
    {
        // Other packages put pictures there too; this one's are called after their photographers.
        var grounds = Directory.GetFiles(photographs, "*_by_*.jpg").Order(StringComparer.Ordinal).Select(Read).ToArray();
        if (grounds.Length == 0)
            throw new InvalidDataException($"There are no photographs in '{photographs}'. Install Debian's package lomiri-wallpapers-16.04.");
        using var builder = new ImageStoreBuilder(path, side, 1);
        var (thing, canvas) = (new byte[Thing * Thing], new byte[Canvas * Canvas]);
        for (var item = 0; item < things.Records.Count; item++)
        {
            things.Gather([item], thing);
            Compose(thing, grounds, item, canvas);
            builder.AddDecoded(things.Records[item], Scaled(canvas, side));
        }

        builder.Finish();
    }

    private static byte[] Read(string file)
    {
        var grey = new byte[Photograph * Photograph];
        ImageDecoder.Decode(File.ReadAllBytes(file), Photograph, 1, grey);
        return grey;
    }

    private static void Compose(byte[] thing, byte[][] grounds, int item, byte[] canvas)
    {
        var random = new SeededRandom(1, "ground", item);
        var ground = grounds[random.Next(grounds.Length)];
        var (x, y) = ((int)random.Next(Photograph - Canvas + 1), (int)random.Next(Photograph - Canvas + 1));
        for (var i = 0; i < canvas.Length; i++)
            canvas[i] = (byte)(ground[((y + (i / Canvas)) * Photograph) + x + (i % Canvas)] / 2);
        var (left, top) = CornerOf(item);
        for (var i = 0; i < thing.Length; i++)
        {
            ref var pixel = ref canvas[((top + (i / Thing)) * Canvas) + left + (i % Thing)];
            pixel = Math.Max(pixel, thing[i]);
        }
    }

    private static byte[] Scaled(byte[] canvas, int side)
    {
        var scaled = new byte[side * side];
        var (smaller, larger) = (Math.Max(1, Canvas / side), Math.Max(1, side / Canvas));
        for (var i = 0; i < scaled.Length; i++)
        {
            var (x, y, sum) = (i % side * smaller / larger, i / side * smaller / larger, 0);
            for (var p = 0; p < smaller * smaller; p++)
                sum += canvas[((y + (p / smaller)) * Canvas) + x + (p % smaller)];
            scaled[i] = (byte)(sum / (smaller * smaller));
        }

        return scaled;
    }
}
