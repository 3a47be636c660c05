using System.Text.Json.Serialization;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.Errors;

/// <summary>The one error body (RFC 9457), with OpenAI's <c>error</c> beside it.</summary>
/// <param name="Type">Always <c>about:blank</c>: the status and <see cref="ErrorMember.Code"/> say what it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong and what would be right.</param>
/// <param name="Instance">The path that was asked for.</param>
/// <param name="Error">The same for OpenAI's clients.</param>
/// <param name="Errors">Everything that is wrong with a training job's plan, when more than one thing can be.</param>
/// <param name="TraceId">Finds the request in the logs.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Instance,
    ErrorMember Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlanError>? Errors,
    string TraceId);
