namespace ContrastiveService.Api.Pictures;

static class PictureExamples
{
    /// <summary>A grey square of 8 × 8 pixels, so that examples can be sent as they stand.</summary>
    public const string Square = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR42mNogAIGyhgAgIQgARDoahcAAAAASUVORK5CYII=";
}
