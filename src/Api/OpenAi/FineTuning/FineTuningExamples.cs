namespace ContrastiveService.Api.OpenAi.FineTuning;

static class FineTuningExamples
{
    public const string Supervised = """
        {
          "model": "resnet18",
          "training_file": "fashion",
          "suffix": "shop",
          "method": { "type": "supervised", "supervised": { "hyperparameters": { "n_epochs": 10, "batch_size": 256, "learning_rate_multiplier": "auto" } } },
          "seed": 1,
          "metadata": { "owner": "search" },
          "plan": { "backbone": { "stem": "small" }, "imageSize": 28 }
        }
        """;
}
