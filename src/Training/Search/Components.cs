namespace ContrastiveService.Training.Search;

/// <summary>Connected components by union and find, with paths halved (Tarjan and van Leeuwen 1984); a component's root is its first row.</summary>
sealed class Components(int count)
{
    readonly int[] parents = [.. Enumerable.Range(0, count)];

    public void Union(int a, int b)
    {
        (a, b) = (Root(a), Root(b));
        if (a != b)
            parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    public void Join(Components other)
    {
        for (var row = 0; row < count; row++)
            Union(row, other.parents[row]);
    }

    public IReadOnlyList<int[]> Groups() =>
        [.. Enumerable.Range(0, count).GroupBy(Root).Select(group => group.ToArray()).Where(group => group.Length > 1).OrderByDescending(group => group.Length).ThenBy(group => group[0])];

    int Root(int row)
    {
        while (parents[row] != row)
            row = parents[row] = parents[parents[row]];
        return row;
    }
}
