using System.Text.Json;

namespace ContrastiveService.Api.Json;

/// <summary>Members of bodies that may be left out.</summary>
static class JsonMember
{
    extension(JsonElement member)
    {
        /// <summary>Whether it was sent, and is not null.</summary>
        public bool IsGiven => member.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

        /// <summary>Itself, or null where it was not sent or is null.</summary>
        public JsonElement? Given => member.IsGiven ? member : null;
    }
}
