namespace ContrastiveService.Training.Search;

/// <summary>A query in terms of rows: its vector as the kernel wants it, the rows that may be found (null: all), and one that may not (-1: none).</summary>
sealed record ScanQuery(float[] Vector, int K, float Minimum, RowSet? Among, int Except);
