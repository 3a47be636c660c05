namespace ContrastiveService.Api.Inference;

/// <summary>How many API keys ask.</summary>
/// <param name="Interactive">With interactive work.</param>
/// <param name="All">With any, counted once in each class.</param>
readonly record struct KeyCount(int Interactive, int All)
{
    /// <summary>Those that come no later than a class.</summary>
    public int UpTo(RequestClass priority) => priority == RequestClass.Interactive ? Interactive : All;

    /// <summary>With one more, or one less.</summary>
    public KeyCount Plus(RequestClass priority, int change) => new(Interactive + (priority == RequestClass.Interactive ? change : 0), All + change);

    /// <summary>The larger of each.</summary>
    public KeyCount Or(KeyCount other) => new(Math.Max(Interactive, other.Interactive), Math.Max(All, other.All));
}
