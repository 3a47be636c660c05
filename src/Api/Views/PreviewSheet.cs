using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;

namespace ContrastiveService.Api.Views;

/// <summary>From encoded pictures to the sheet, through the trainer's decoder and the trainer's views.</summary>
sealed class PreviewSheet(InferenceThread inference)
{
    /// <exception cref="ApiException">A picture cannot be read, or too much waits for the thread already.</exception>
    public async Task<byte[]> MakeAsync(ViewPreviewPlan plan, IReadOnlyList<Picture> pictures, CancellationToken cancellationToken)
    {
        using var seats = inference.Reserve(pictures.Count * (plan.PerItem + 1));
        var decoded = Array.ConvertAll([.. pictures], picture => Decode(picture, plan));
        var views = await inference.RunAsync(() => ViewPreview.Make(plan, decoded, Compute.Choose(DeviceKind.Auto)), cancellationToken);
        return ContactSheet.Draw([decoded, .. views], plan.ImageSize, plan.Channels);
    }

    private static byte[] Decode(Picture picture, ViewPreviewPlan plan)
    {
        try
        {
            var chw = new byte[plan.Channels * plan.ImageSize * plan.ImageSize];
            ImageDecoder.Decode(picture.Bytes, plan.ImageSize, plan.Channels, chw);
            return chw;
        }
        catch (ImageFormatException e)
        {
            throw ApiException.BadRequest(picture.Param, $"{picture.Param} cannot be read as a picture. {e.Message}", "invalid_image");
        }
    }
}
