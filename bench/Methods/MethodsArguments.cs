using System.Globalization;

namespace ContrastiveService.Bench.Methods;

/// <summary>What <c>./bench.sh methods</c> was asked for.</summary>
internal sealed record MethodsArguments(IReadOnlyList<MethodRecipe> Recipes, IReadOnlyList<long> Seeds, int Parallel, bool TableOnly)
{
    /// <returns>Null, and a word on the terminal, where they are not understood.</returns>
    public static MethodsArguments? Parse(string[] arguments)
    {
        var asked = new MethodsArguments(MethodRecipe.All(), [1, 2, 3], 1, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--table")
            {
                asked = asked with { TableOnly = true };
                continue;
            }

            if (i + 1 == arguments.Length)
                return Refuse($"'{arguments[i]}' is not understood, or lacks its value.");
            var value = arguments[++i];
            var names = value.Split(',');
            switch (arguments[i - 1])
            {
                case "--only" when names.FirstOrDefault(n => MethodRecipe.All().All(r => r.Name != n)) is { } unknown:
                    return Refuse($"There is no row '{unknown}'. There are: {string.Join(", ", MethodRecipe.All().Select(r => r.Name))}.");
                case "--only":
                    asked = asked with { Recipes = [.. asked.Recipes.Where(r => names.Contains(r.Name))] };
                    break;
                case "--seeds" when names.All(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _)):
                    asked = asked with { Seeds = [.. names.Select(n => long.Parse(n, CultureInfo.InvariantCulture))] };
                    break;
                case "--parallel" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parallel) && parallel is >= 1 and <= 64:
                    asked = asked with { Parallel = parallel };
                    break;
                default:
                    return Refuse($"'{arguments[i - 1]} {value}' is not understood.");
            }
        }

        return asked;
    }

    private static MethodsArguments? Refuse(string why)
    {
        Console.Error.WriteLine($"{why}\nUsage: ./bench.sh methods [--only simclr,dann,…] [--seeds 1,2,3] [--parallel 1] [--table]");
        return null;
    }
}
