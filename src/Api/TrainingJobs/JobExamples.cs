namespace ContrastiveService.Api.TrainingJobs;

static class JobExamples
{
    public const string SimClr = """
        {
          "name": "fashion",
          "dataset": "fashion",
          "method": { "type": "simclr", "temperature": 0.5 },
          "backbone": { "type": "resnet18", "stem": "small" },
          "views": { "crop": { "scale": [0.3, 1.0] }, "flip": 0.5, "rotate": { "degrees": 0 }, "color": { "strength": 0.4 } },
          "optimizer": { "type": "adamw", "learningRate": 0.001, "weightDecay": 0.0001 },
          "schedule": { "type": "cosine", "warmupEpochs": 1 },
          "epochs": 10,
          "batchSize": 256,
          "imageSize": 28,
          "evaluation": { "everyEpochs": 1, "knn": [20, 200] },
          "checkpoints": { "everyEpochs": 1, "keep": 3 },
          "seed": 1
        }
        """;
}
