namespace ContrastiveService.Api.Errors;

/// <summary>What is wrong with items of a request, by their places.</summary>
sealed class ItemFaults(ErrorHandling handling)
{
    private readonly SortedDictionary<int, ApiException> faults = [];

    public ErrorHandling Handling => handling;

    /// <summary>For the answer; null where nobody asked for it.</summary>
    public IReadOnlyList<ItemErrorView>? View =>
        handling == ErrorHandling.Report ? [.. faults.Select(fault => new ItemErrorView(fault.Key, fault.Value.Param, fault.Value.Code, fault.Value.Message))] : null;

    /// <summary>What is wrong with the item in this place, or null.</summary>
    public ApiException? this[int index] => faults.GetValueOrDefault(index);

    /// <exception cref="ApiException">The fault itself, where one item refuses all.</exception>
    public void Add(int index, ApiException fault)
    {
        if (handling == ErrorHandling.Refuse)
            throw fault;
        faults.TryAdd(index, fault);
    }

    /// <summary>Does something for one item; what is wrong with it is kept.</summary>
    public async Task<T?> TryAsync<T>(int index, Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (ApiException fault) when (handling == ErrorHandling.Report)
        {
            Add(index, fault);
            return null;
        }
    }
}
