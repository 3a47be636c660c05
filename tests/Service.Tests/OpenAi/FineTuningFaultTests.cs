using System.Net;
using System.Text;
using ContrastiveService.Service.Tests.TrainingJobs;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class FineTuningFaultTests(ServiceFixture service)
{
    [Theory]
    [InlineData("""{ "model": null }""", "invalid_value", "model", "resnet18")]
    [InlineData("""{ "training_file": null }""", "invalid_value", "training_file", "/api/v1/datasets")]
    [InlineData("""{ "validation_file": "other" }""", "invalid_value", "validation_file", "plan.evaluation.validationShare")]
    [InlineData("""{ "integrations": [{ "type": "wandb" }] }""", "invalid_value", "integrations", "no integrations")]
    [InlineData("""{ "suffix": "a b" }""", "invalid_value", "suffix", "letters, digits")]
    [InlineData("""{ "suffix": "a123456789012345678901234567890123456789" }""", "invalid_value", "suffix", "at most 63")]
    [InlineData("""{ "seed": 3000000000 }""", "invalid_value", "seed", "0 to 2147483647")]
    [InlineData("""{ "seed": "one" }""", "invalid_value", "seed", "a whole number")]
    [InlineData("""{ "n_epochs": 3 }""", "unknown_member", "n_epochs", "hyperparameters")]
    [InlineData("""{ "hyperparameters": { "beta": 0.1 } }""", "unknown_member", "hyperparameters.beta", "n_epochs")]
    [InlineData("""{ "hyperparameters": { "n_epochs": "many" } }""", "invalid_value", "hyperparameters.n_epochs", "auto")]
    [InlineData("""{ "hyperparameters": { "learning_rate_multiplier": 1e999 } }""", "invalid_value", "hyperparameters.learning_rate_multiplier", "finite")]
    [InlineData("""{ "hyperparameters": { "n_epochs": 0 } }""", "invalid_plan", "hyperparameters.n_epochs", "between")]
    [InlineData("""{ "hyperparameters": { "batch_size": 4096 } }""", "invalid_plan", "hyperparameters.batch_size", "at most")]
    [InlineData("""{ "hyperparameters": { "batch_size": 4, "learning_rate_multiplier": 1e9 } }""", "invalid_plan", "hyperparameters.learning_rate_multiplier", "between")]
    [InlineData("""{ "method": { "type": "dpo", "dpo": {} } }""", "invalid_value", "method.type", "supervised")]
    [InlineData("""{ "method": { "type": "reinforcement" } }""", "invalid_value", "method.type", "supervised")]
    [InlineData("""{ "method": { "type": "simclear" } }""", "invalid_plan", "method.type", "simclr")]
    [InlineData("""{ "method": { "type": "simclr", "temperatur": 1 } }""", "invalid_plan", "method.temperatur", "temperature")]
    [InlineData("""{ "method": { "type": "simclr", "supervised": {} } }""", "invalid_value", "method.supervised", "belongs to")]
    [InlineData("""{ "method": { "type": "supervised", "temperature": 1 } }""", "unknown_member", "method.temperature", "supcon")]
    [InlineData("""{ "method": { "type": "supervised", "supervised": { "hyperparameters": { "batch_size": 2 } } } }""", "invalid_value", "hyperparameters.batch_size", "one of them")]
    [InlineData("""{ "method": { "type": "supervised", "supervised": { "hyperparameters": { "batch_size": 4096 } } }, "hyperparameters": null }""", "invalid_plan",
        "method.supervised.hyperparameters.batch_size", "at most")]
    [InlineData("""{ "method": {} }""", "invalid_value", "method.type", "needed")]
    [InlineData("""{ "method": "simclr" }""", "invalid_value", "method", "an object")]
    [InlineData("""{ "plan": 3 }""", "invalid_value", "plan", "an object")]
    [InlineData("""{ "plan": { "dataset": "other" } }""", "invalid_value", "plan.dataset", "training_file")]
    [InlineData("""{ "plan": { "backbone": { "type": "resnet18" } } }""", "invalid_value", "plan.backbone.type", "model")]
    [InlineData("""{ "plan": { "batchSize": 4 } }""", "invalid_value", "plan.batchSize", "hyperparameters.batch_size")]
    [InlineData("""{ "plan": { "name": "mine" }, "suffix": "x" }""", "invalid_value", "plan.name", "suffix")]
    [InlineData("""{ "plan": { "epochs": 0 } }""", "invalid_plan", "plan.epochs", "between")]
    [InlineData("""{ "plan": { "views": { "crop": { "scale": [0.9, 0.1] } } } }""", "invalid_plan", "plan.views.crop.scale", "first must not be greater")]
    [InlineData("""{ "plan": { "epoch": 3 } }""", "invalid_plan", "plan.epoch", "There are: ")]
    [InlineData("""{ "plan": { "backbone": { "pretrained": "none" } } }""", "invalid_plan", "plan.backbone.pretrained", "no weights")]
    [InlineData("""{ "metadata": { "k": null } }""", "invalid_value", "metadata.k", "is null")]
    [InlineData("""{ "metadata": { "k": 3 } }""", "invalid_value", "metadata.k", "a string")]
    [InlineData("""{ "metadata": [] }""", "invalid_value", "metadata", "an object")]
    [InlineData("""{ "metadata": { "k": "\u0000" } }""", "invalid_value", "metadata.k", "NUL")]
    public async Task What_cannot_be_done_is_refused_in_the_words_of_the_request(string more, string code, string param, string says)
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var message = await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, more)).ProblemAsync(HttpStatusCode.BadRequest, code, param);
        message.ShouldContain(says);
        (await FineTuning.CountAsync(service.Http, set.Name)).ShouldBe(0);
    }

    [Fact]
    public async Task Metadata_has_openais_limits()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var most = string.Join(", ", Enumerable.Range(0, 16).Select(i => $"\"{$"{i:00}".PadRight(64, 'k')}\": \"{new string('v', 512)}\""));
        (await SendAsync(most).JsonAsync()).GetProperty("metadata").EnumerateObject().Count().ShouldBe(16);
        (await SendAsync(most + ", \"one\": \"more\"").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "metadata")).ShouldContain("17 pairs");
        var (key, value) = (new string('k', 65), new string('v', 513));
        await SendAsync($"\"{key}\": \"\"").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", $"metadata.{key}");
        await SendAsync($"\"a\": \"{value}\"").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "metadata.a");

        Task<HttpResponseMessage> SendAsync(string pairs) => FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, $$"""{ "metadata": { {{pairs}} } }"""));
    }

    [Fact]
    public async Task What_is_named_must_be_there()
    {
        var model = await service.ModelAsync();
        var set = await QueuedJob.DatasetAsync(service.Http);
        await FineTuning.SendAsync(service.Http, FineTuning.Request("not-there")).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found", "training_file");
        await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, """{ "model": "gpt-4o-mini" }""")).ProblemAsync(
            HttpStatusCode.NotFound, "model_not_found", "model");
        (await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, $$"""{ "model": "{{model.Name}}:1" }""")).ProblemAsync(
            HttpStatusCode.BadRequest, "invalid_value", "model")).ShouldContain("plan.backbone.pretrained");
        var empty = await DatasetClient.CreateAsync(service.Http);
        (await FineTuning.SendAsync(service.Http, FineTuning.Request(empty.Name)).ProblemAsync(
            HttpStatusCode.BadRequest, "invalid_plan", "training_file")).ShouldContain("Upload some first");
    }

    [Theory]
    [InlineData("{", "invalid_json")]
    [InlineData("[]", "invalid_value")]
    [InlineData("""{ "model": "resnet18", "model": "resnet34", "training_file": "x" }""", "invalid_json")]
    [InlineData("""{ "model": "resnet18", "training_file": "x", "plan": { "epochs": 1, "epochs": 2 } }""", "invalid_json")]
    public async Task A_body_that_is_not_one_is_a_400(string body, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await service.Http.PostAsync(FineTuning.Jobs, content);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
        text.ShouldContain($"\"code\":\"{code}\"");
    }
}
