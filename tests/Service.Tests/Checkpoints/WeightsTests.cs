using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ContrastiveService.Service.Tests.TrainingJobs;

namespace ContrastiveService.Service.Tests.Checkpoints;

[Collection(RunningService.Name)]
public sealed class WeightsTests(ServiceFixture service)
{
    [Fact]
    public async Task The_encoder_downloads_as_safetensors_with_the_names_of_its_layers()
    {
        var (weights, checkpoint) = await FindAsync();
        using var response = await service.Http.GetAsync(weights);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        response.Content.Headers.ContentDisposition.ShouldNotBeNull().FileName.ShouldNotBeNull().ShouldEndWith("seed-convnet.safetensors");
        response.Headers.AcceptRanges.ShouldBe(["bytes"]);

        var length = BitConverter.ToInt64(bytes);
        var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, (int)length)).RootElement;
        var tensors = header.EnumerateObject().Where(t => t.Name != "__metadata__").ToArray();
        tensors.ShouldNotBeEmpty();
        tensors.ShouldAllBe(t => !t.Name.StartsWith("backbone") && t.Value.GetProperty("dtype").GetString() == "F32");
        tensors.Max(t => t.Value.GetProperty("data_offsets")[1].GetInt64()).ShouldBe(bytes.Length - 8 - length);
        header.GetProperty("__metadata__").Text("format").ShouldBe("pt");
        (bytes.Length < checkpoint.GetProperty("bytes").GetInt64()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_was()
    {
        var (weights, _) = await FindAsync();
        using var whole = await service.Http.GetAsync(weights);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        var tag = whole.Headers.ETag.ShouldNotBeNull();

        using var rest = new HttpRequestMessage(HttpMethod.Get, weights) { Headers = { Range = new RangeHeaderValue(1000, null), IfRange = new RangeConditionHeaderValue(tag) } };
        using var part = await service.Http.SendAsync(rest);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange.ShouldBe(new ContentRangeHeaderValue(1000, bytes.Length - 1, bytes.Length));
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[1000..]);

        using var middle = new HttpRequestMessage(HttpMethod.Get, weights) { Headers = { Range = new RangeHeaderValue(5, 90) } };
        using var piece = await service.Http.SendAsync(middle);
        (await piece.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[5..91]);
        using var beyond = new HttpRequestMessage(HttpMethod.Get, weights) { Headers = { Range = new RangeHeaderValue(bytes.Length, null) } };
        (await service.Http.SendAsync(beyond)).StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Fact]
    public async Task A_checkpoint_that_is_not_there_is_a_404() =>
        await service.Http.GetAsync($"/api/v1/checkpoints/{Guid.NewGuid()}/weights").ProblemAsync(HttpStatusCode.NotFound, "checkpoint_not_found");

    private async Task<(string Weights, JsonElement Checkpoint)> FindAsync()
    {
        var model = await service.ModelAsync();
        var checkpoints = await service.Http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}/checkpoints").JsonAsync();
        var pinned = checkpoints.EnumerateArray().Single(c => c.GetProperty("pinned").GetBoolean());
        return (pinned.Text("weights")!, pinned);
    }
}
