namespace ContrastiveService.Api.Collections.Reembeddings;

/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>: the version that it means now.</param>
/// <param name="DropMissing">true leaves out items that have no picture; else they are refused at once.</param>
/// <param name="DropFailed">true leaves out items whose picture the version cannot embed; else the collection stays as it is.</param>
public sealed record StartReembedding(string? Model, bool DropMissing = false, bool DropFailed = false);
