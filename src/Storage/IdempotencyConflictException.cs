namespace ContrastiveService.Storage;

/// <summary>An idempotency key came again with another request.</summary>
public sealed class IdempotencyConflictException(string message) : Exception(message);
