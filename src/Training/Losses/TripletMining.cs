namespace ContrastiveService.Training.Losses;

/// <summary>Which triplets (anchor, positive, negative) of a batch the loss is taken of.</summary>
public enum TripletMining
{
    /// <summary>All of them.</summary>
    BatchAll,

    /// <summary>Those whose negative is farther than the positive, but within the margin: d(a,p) &lt; d(a,n) &lt; d(a,p) + m (FaceNet).</summary>
    SemiHard,

    /// <summary>Those whose negative is no farther than the positive: d(a,n) ≤ d(a,p). From scratch this tends to collapse.</summary>
    Hard,

    /// <summary>For each anchor the farthest positive and the nearest negative (Hermans 2017).</summary>
    BatchHard,
}
