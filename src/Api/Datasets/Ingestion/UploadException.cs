namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>An upload that cannot be read to its end, or not at all; nothing of it is published.</summary>
sealed class UploadException(string message, Exception? inner = null) : Exception(message, inner);
