using System.Text.Json.Nodes;
using Npgsql;

namespace ContrastiveService.Service.Tests.Inference;

/// <summary>Version 1 of a model with a preprocessing that it was not trained with, until disposed.</summary>
sealed class BrokenCard : IAsyncDisposable
{
    private readonly NpgsqlDataSource database;
    private readonly string model, card;

    private BrokenCard(NpgsqlDataSource database, string model, string card) => (this.database, this.model, this.card) = (database, model, card);

    /// <param name="service">Whose database.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="mean">Of all channels.</param>
    /// <param name="std">The same.</param>
    public static async Task<BrokenCard> WriteAsync(ServiceFixture service, string model, double mean, double std)
    {
        var database = NpgsqlDataSource.Create(service.ConnectionString);
        await using var read = database.CreateCommand("select card::text from model_version where model = $1 and version = 1");
        read.Parameters.AddWithValue(model);
        var broken = new BrokenCard(database, model, (string)(await read.ExecuteScalarAsync())!);
        var card = JsonNode.Parse(broken.card)!;
        (card["preprocessing"]!["mean"], card["preprocessing"]!["std"]) = (new JsonArray(mean), new JsonArray(std));
        await broken.WriteAsync(card.ToJsonString());
        return broken;
    }

    public async ValueTask DisposeAsync()
    {
        await WriteAsync(card);
        await database.DisposeAsync();
    }

    private async Task WriteAsync(string text)
    {
        await using var write = database.CreateCommand("update model_version set card = $2::json where model = $1 and version = 1");
        write.Parameters.AddWithValue(model);
        write.Parameters.AddWithValue(text);
        (await write.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
