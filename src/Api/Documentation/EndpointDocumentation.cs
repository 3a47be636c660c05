namespace ContrastiveService.Api.Documentation;

/// <summary>What the interface's description says of an endpoint beyond its parameters and types.</summary>
static class EndpointDocumentation
{
    public const string Form = "multipart/form-data";

    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder endpoint, string json, Type? body = null) =>
        endpoint.WithMetadata(new RequestExample(json, body));

    public static RouteHandlerBuilder WithHeader(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new RequestHeader(name, description));

    /// <summary>For handlers that read a form, or one of some other media types, themselves.</summary>
    public static RouteHandlerBuilder WithUpload(
        this RouteHandlerBuilder endpoint, string description, string[] files, string[] fields, params string[] otherTypes) =>
        endpoint.WithMetadata(new RequestUpload(description, [Form, .. otherTypes], files, fields));
}
