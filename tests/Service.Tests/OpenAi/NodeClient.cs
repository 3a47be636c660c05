using System.Diagnostics;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.OpenAi;

/// <summary>Programs that use OpenAI's own package for Node, as it is.</summary>
static class NodeClient
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "openai-node");

    /// <summary>Runs one of them; skips the test where there is no Node.</summary>
    /// <returns>The JSON that it wrote.</returns>
    public static async Task<JsonElement> RunAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless(await IsInstalledAsync(), "Node is not installed.");
        await StartAsync("npm", "ci", "--no-audit", "--no-fund");
        using var said = JsonDocument.Parse(await StartAsync("node", [program, .. arguments]));
        return said.RootElement.Clone();
    }

    private static async Task<bool> IsInstalledAsync()
    {
        try
        {
            await StartAsync("node", "--version");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {arguments[0]}: {await error}");
        return output;
    }
}
