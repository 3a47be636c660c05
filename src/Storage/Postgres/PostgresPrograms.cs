using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ContrastiveService.Storage.Postgres;

/// <summary>The server programs of one PostgreSQL installation: initdb, postgres, pg_ctl.</summary>
sealed partial record PostgresPrograms(string Home, int Major)
{
    static readonly string[] Needed = ["initdb", "postgres", "pg_ctl"];

    /// <summary>The newest installation of this machine, or the one whose data format is <paramref name="major"/>.</summary>
    /// <exception cref="PostgresNotFoundException">There is none.</exception>
    public static PostgresPrograms Find(int? major) => Choose(InPath().Concat(InPackages()), major);

    /// <exception cref="PostgresNotFoundException">None of the directories has what is needed.</exception>
    public static PostgresPrograms Choose(IEnumerable<string> directories, int? major)
    {
        var found = directories.Distinct().Where(directory => Needed.All(name => File.Exists(System.IO.Path.Combine(directory, name)))).Select(Open).ToList();
        if (found.Count == 0)
        {
            throw new PostgresNotFoundException(
                "No PostgreSQL server was found: initdb, postgres and pg_ctl are neither in PATH nor in /usr/lib/postgresql/*/bin. "
                + "Install it with 'apt-get install postgresql' (Debian, Ubuntu) or 'dnf install postgresql-server' (Fedora, RHEL), "
                + "or name a running server in ConnectionStrings__Default.");
        }
        return found.Where(programs => major is null || programs.Major == major).MaxBy(programs => programs.Major)
            ?? throw new PostgresNotFoundException(
                $"The data was written by PostgreSQL {major}, but only version {string.Join(", ", found.Select(programs => programs.Major))} is installed. "
                + $"Install postgresql-{major}, or move the data away to start with none.");
    }

    /// <summary>The full path of one of them.</summary>
    public string Path(string name) => System.IO.Path.Combine(Home, name);

    static string[] InPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    // Distributions keep server programs out of PATH: Debian and Ubuntu, then the PostgreSQL project's own RPMs.
    static IEnumerable<string> InPackages() =>
        Subdirectories("/usr/lib/postgresql", "*").Concat(Subdirectories("/usr", "pgsql-*")).Select(directory => System.IO.Path.Combine(directory, "bin"));

    static IEnumerable<string> Subdirectories(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern) : [];

    static PostgresPrograms Open(string directory)
    {
        using var process = Process.Start(new ProcessStartInfo(System.IO.Path.Combine(directory, "postgres"), "--version") { RedirectStandardOutput = true })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var match = Version().Match(answer);
        return match.Success
            ? new PostgresPrograms(directory, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            : throw new PostgresNotFoundException($"{directory}/postgres --version answers '{answer.Trim()}', which names no version. Repair that installation.");
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
