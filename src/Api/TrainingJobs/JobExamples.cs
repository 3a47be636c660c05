namespace ContrastiveService.Api.TrainingJobs;

static class JobExamples
{
    public const string SimClr = """
        {
          "name": "fashion",
          "dataset": "fashion",
          "method": { "type": "simclr", "temperature": 0.5 },
          "backbone": { "type": "resnet18", "stem": "small" },
          "epochs": 10,
          "batchSize": 256,
          "seed": 1
        }
        """;
}
