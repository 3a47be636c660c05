namespace ContrastiveService.Training.Evaluation;

/// <summary>In which way features stopped telling pictures apart.</summary>
public enum CollapseKind
{
    /// <summary>They are no longer numbers.</summary>
    NotFinite,

    /// <summary>All pictures get nearly the same vector.</summary>
    Point,

    /// <summary>The vectors differ, but along one direction only.</summary>
    Line,
}
