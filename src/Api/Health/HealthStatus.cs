namespace ContrastiveService.Api.Health;

/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
sealed record HealthStatus(string Status);
