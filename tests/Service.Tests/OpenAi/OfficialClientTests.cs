using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Models;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class OfficialClientTests(ServiceFixture service)
{
    private static readonly string[] Uris = [.. new[] { 3, 4 }.Select(i => TestPictures.DataUri(TrainedModel.Picture(i)))];

    [Fact]
    public async Task The_official_dotnet_client_embeds_lists_and_meets_typed_errors()
    {
        var model = await service.ModelAsync();
        var options = new OpenAIClientOptions { Endpoint = new Uri(service.Address, "/v1") };
        var client = new OpenAIClient(new ApiKeyCredential(ServiceFixture.Key), options);
        var embeddings = (await client.GetEmbeddingClient(model.Name).GenerateEmbeddingsAsync(Uris)).Value;
        embeddings.Model.ShouldBe($"{model.Name}:2");
        embeddings.Count.ShouldBe(2);
        Length(embeddings[1].ToFloats().ToArray()).ShouldBe(1, 1e-5);
        embeddings.Usage.TotalTokenCount.ShouldBe(2);

        (await client.GetOpenAIModelClient().GetModelsAsync()).Value.Select((OpenAIModel m) => m.Id).ShouldContain(model.Name);
        (await client.GetOpenAIModelClient().GetModelAsync(model.Name)).Value.OwnedBy.ShouldBe("contrastive-service");

        var unknown = await Should.ThrowAsync<ClientResultException>(() => client.GetEmbeddingClient("none").GenerateEmbeddingsAsync(Uris));
        unknown.Status.ShouldBe(404);
        unknown.Message.ShouldContain("model_not_found");
        (
            await Should.ThrowAsync<ClientResultException>(
                () => client.GetEmbeddingClient(model.Name).GenerateEmbeddingsAsync(["a sentence"]))).Message.ShouldContain("data URI");
        var stranger = new EmbeddingClient(model.Name, new ApiKeyCredential("wrong"), options);
        (await Should.ThrowAsync<ClientResultException>(() => stranger.GenerateEmbeddingsAsync(Uris))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_official_node_client_embeds_lists_and_meets_typed_errors()
    {
        var model = await service.ModelAsync();
        var said = await NodeClient.RunAsync("client.mjs", [new Uri(service.Address, "/v1").ToString(), ServiceFixture.Key, model.Name, .. Uris]);

        (said.Text("model"), said.Text("object"), said.GetProperty("usage").Number("total_tokens")).ShouldBe(($"{model.Name}:2", "list", 2));
        var vectors = said.Items("vectors").Select(v => v.Deserialize<float[]>()!).ToArray();
        vectors.Length.ShouldBe(2);
        Length(vectors[0]).ShouldBe(1, 1e-5);
        said.GetProperty("floats").Deserialize<float[]>()!.Zip(vectors[0], (a, b) => (double)a * b).Sum().ShouldBe(1, 1e-4);
        said.Items("models").Select(m => m.GetString()).ShouldContain(model.Name);
        said.GetProperty("one").Text("id").ShouldBe(model.Name);
        var (unknown, text, stranger) = (said.GetProperty("unknown"), said.GetProperty("text"), said.GetProperty("stranger"));
        (unknown.GetProperty("typed").GetBoolean(), unknown.Text("code"), unknown.Text("param")).ShouldBe((true, "model_not_found", "model"));
        (text.GetProperty("typed").GetBoolean(), text.Text("param")).ShouldBe((true, "input[0]"));
        (stranger.GetProperty("typed").GetBoolean(), stranger.Text("code")).ShouldBe((true, "invalid_api_key"));
    }

    private static double Length(float[] vector) => Math.Sqrt(vector.Sum(x => (double)x * x));
}
