namespace ContrastiveService.Api.Inference;

/// <summary>Work that runs alone, whatever it answers.</summary>
interface ILoneWork
{
    void Run();
}
