using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api;

/// <summary>Says what is wrong with the configuration, in the words of <see cref="ApiOptions"/> alone.</summary>
sealed class ApiOptionsCheck : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var wrong = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(w => w.ErrorMessage!));
    }
}
