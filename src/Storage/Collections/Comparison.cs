namespace ContrastiveService.Storage.Collections;

/// <summary>How an item's value must stand to a filter's.</summary>
public enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
