namespace ContrastiveService.Worker.Running;

/// <summary>The job is another worker's by now; nothing more may be written for it.</summary>
internal sealed class LeaseLostException() : Exception("The lease of this job is lost.");
