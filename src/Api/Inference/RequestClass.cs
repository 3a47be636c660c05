namespace ContrastiveService.Api.Inference;

/// <summary>Who waits for an answer: somebody, or a program that has much to do.</summary>
enum RequestClass
{
    /// <summary>Goes first.</summary>
    Interactive,

    /// <summary>Takes what is left, and a fifth of the batches in any case.</summary>
    Bulk,
}
