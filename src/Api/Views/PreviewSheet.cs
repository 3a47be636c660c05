using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Views;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Views;

/// <summary>From encoded pictures to the sheet, through the trainer's decoder and the trainer's views.</summary>
sealed class PreviewSheet(InferenceThreads inference, Admission admission, IHttpContextAccessor http, IOptions<ApiOptions> options)
{
    /// <exception cref="ApiException">A picture cannot be read, or too much waits for the thread already.</exception>
    public async Task<byte[]> MakeAsync(ViewPreviewPlan plan, IReadOnlyList<Picture> pictures, CancellationToken cancellationToken)
    {
        var count = pictures.Count * (plan.PerItem + 1);
        var caller = Caller.Of(http.HttpContext, count, options.Value);
        using var seats = admission.Admit(caller, count, (long)plan.ImageSize * plan.ImageSize, secondsEach: 0);
        var decoded = Array.ConvertAll([.. pictures], picture => Decode(picture, plan));
        var views = await inference.RunAsync(caller, () => ViewPreview.Make(plan, decoded, Compute.Choose(DeviceKind.Auto)), cancellationToken);
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
