using ContrastiveService.Training.Search;
using static ContrastiveService.Training.Tests.Search.RandomVectors;

namespace ContrastiveService.Training.Tests.Search;

public sealed class VectorIndexTests
{
    // More than two blocks of a mebibyte, at widths that fill a lane and that do not.
    [Theory]
    [InlineData(6000, 128, 2)]
    [InlineData(6000, 100, 1)]
    [InlineData(50000, 3, 3)]
    [InlineData(5, 1, 2)]
    public void The_nearest_are_those_of_a_plain_double_loop(int count, int width, int threads)
    {
        var vectors = Draw(count, width, seed: count);
        var queries = Draw(7, width, seed: 1);

        var results = Index(vectors).Search([.. queries.Select(query => new VectorQuery(query, 10))], threads);

        for (var i = 0; i < queries.Length; i++)
        {
            var slow = vectors.Select((vector, row) => (Id: row + 1L, Score: Dot(vector, queries[i]))).OrderByDescending(hit => hit.Score).Take(10).ToArray();
            results[i].Hits.Length.ShouldBe(slow.Length);
            results[i].Matches.ShouldBe(count);
            for (var rank = 0; rank < slow.Length; rank++)
            {
                ((double)results[i].Hits[rank].Score).ShouldBe(slow[rank].Score, 1e-6);
                Dot(vectors[results[i].Hits[rank].Id - 1], queries[i]).ShouldBe(slow[rank].Score, 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_batch_a_filter_and_more_threads_change_no_bit_of_a_score(bool half)
    {
        var vectors = Draw(9000, 72, seed: 2);
        var index = Index(vectors, half);
        var queries = Draw(5, 72, seed: 3);
        var together = index.Search([.. queries.Select(query => new VectorQuery(query, 9000))], 2);
        for (var i = 0; i < queries.Length; i++)
        {
            index.Search([new VectorQuery(queries[i], 9000)], 1)[0].Hits.ShouldBe(together[i].Hits);
            foreach (var every in new[] { 2, 50 })
                index.Search([new VectorQuery(queries[i], 9000) { Among = [.. Enumerable.Range(1, 9000).Where(id => id % every == 0).Select(id => (long)id)] }], 2)[0].Hits
                    .ShouldBe(together[i].Hits.Where(hit => hit.Id % every == 0));
        }
    }

    [Fact]
    public void Of_equal_scores_the_lower_ids_come_first_wherever_they_stand()
    {
        var index = new VectorIndex(4, half: false);
        var same = new ReadOnlyMemory<byte>(VectorFormat.Encode([1, 0, 0, 0], half: false));
        index.Apply(Enumerable.Range(1, 40000).Reverse().Select(id => ((long)id, same)));
        index.Apply([(3L, default), (40000L, default)]);
        index.Search([new VectorQuery([1, 0, 0, 0], 5)], 2)[0].Hits.Select(hit => hit.Id).ShouldBe([1, 2, 4, 5, 6]);
    }

    [Fact]
    public void All_there_are_come_when_fewer_than_k_are_left()
    {
        var vectors = Draw(50, 16, seed: 4);
        var index = Index(vectors);
        index.Search([new VectorQuery(vectors[0], 1000)], 2)[0].Hits.Select(hit => hit.Id).Order().ShouldBe(Enumerable.Range(1, 50).Select(id => (long)id));
        var few = index.Search([new VectorQuery(vectors[0], 10) { Among = [7, 9, 9, 5000], Except = 9 }], 2)[0];
        (few.Hits.Single().Id, few.Matches).ShouldBe((7L, 1L));
        index.Search([new VectorQuery(vectors[0], 10) { Among = [] }], 2)[0].Hits.ShouldBeEmpty();
        new VectorIndex(16, half: false).Search([new VectorQuery(vectors[0], 10)], 2)[0].Hits.ShouldBeEmpty();
    }

    [Fact]
    public void A_minimum_leaves_out_what_scores_less_and_counts_the_rest()
    {
        var vectors = Draw(3000, 8, seed: 5);
        var all = Index(vectors).Search([new VectorQuery(vectors[0], 3000)], 1)[0].Hits;
        var some = Index(vectors).Search([new VectorQuery(vectors[0], 4) { Minimum = 0.5f }], 2)[0];
        some.Hits.ShouldBe(all.Take(4));
        some.Matches.ShouldBe(all.Count(hit => hit.Score >= 0.5f));
        some.Matches.ShouldBeGreaterThan(4);
    }

    [Fact]
    public void What_is_taken_away_is_not_found_and_what_is_replaced_is_found_as_it_is_now()
    {
        var vectors = Draw(3000, 32, seed: 6);
        var index = Index(vectors);
        index.Apply(Enumerable.Range(1, 2990).Select(id => ((long)id, default(ReadOnlyMemory<byte>))));
        index.Apply([(2995L, VectorFormat.Encode(vectors[0], half: false)), (77L, default)]);
        index.Count.ShouldBe(10);
        index.Search([new VectorQuery(vectors[0], 3000)], 1)[0].Hits.Select(hit => hit.Id).Order().ShouldBe(Enumerable.Range(2991, 10).Select(id => (long)id));
        index.Search([new VectorQuery(vectors[0], 1)], 1)[0].Hits.Single().Id.ShouldBe(2995);
        index.Copy(null).Ids.ShouldBe(Enumerable.Range(2991, 10).Select(id => (long)id));
    }

    [Fact]
    public async Task Searches_that_run_while_it_changes_see_a_change_whole_or_not_at_all()
    {
        var index = new VectorIndex(64, half: false);
        var (one, two) = (Draw(1, 64, seed: 7)[0], Draw(1, 64, seed: 8)[0]);
        var states = new[] { one, two }.Select(v => (ReadOnlyMemory<byte>)VectorFormat.Encode(v, half: false)).ToArray();
        index.Apply(Enumerable.Range(0, 5000).Select(id => ((long)id, states[0])));
        using var over = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var turn = 0; !over.IsCancellationRequested; turn++)
                index.Apply(Enumerable.Range(0, turn % 2 == 0 ? 6000 : 5000).Select(id => ((long)id, states[turn % 2]))
                    .Concat(turn % 2 == 0 ? [] : Enumerable.Range(5000, 1000).Select(id => ((long)id, default(ReadOnlyMemory<byte>)))));
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 200; i++)
        {
            var hits = index.Search([new VectorQuery(one, 10000)], 2)[0].Hits;
            hits.Select(hit => hit.Score).Distinct().ShouldHaveSingleItem();
            hits.Length.ShouldBeOneOf(5000, 6000);
        }

        await over.CancelAsync();
        await writing;
    }

    [Fact]
    public void Half_precision_stays_within_its_rounding()
    {
        // Rounding to nearest moves each number by at most 2^-11 of itself (or 2^-25 among the smallest), so a dot product of unit vectors by little more than 2^-11.
        const double bound = 1.0 / 2048 + 1e-6;
        var vectors = Draw(2000, 200, seed: 9);
        vectors[5] = VectorFormat.Unit([1, 1e-6f, -3e-8f, .. new float[197]]);
        var index = Index(vectors, half: true);
        foreach (var query in Draw(3, 200, seed: 10))
            foreach (var hit in index.Search([new VectorQuery(query, 2000)], 2)[0].Hits)
            {
                Math.Abs(hit.Score - Dot(vectors[hit.Id - 1], query)).ShouldBeLessThan(bound);
                ((double)hit.Score).ShouldBe(Dot(VectorFormat.Decode(VectorFormat.Encode(vectors[hit.Id - 1], half: true), half: true), query), 1e-6);
            }
    }

    [Fact]
    public void Vectors_without_a_direction_or_of_another_width_are_refused()
    {
        Should.Throw<VectorException>(() => VectorFormat.Unit([1, float.NaN])).Message.ShouldContain("Element 1 is NaN");
        Should.Throw<VectorException>(() => VectorFormat.Unit([float.PositiveInfinity]));
        Should.Throw<VectorException>(() => VectorFormat.Unit([0, 0])).Message.ShouldContain("zero");
        VectorFormat.Unit([3e38f, -3e38f]).ShouldBe([0.70710677f, -0.70710677f]);
        VectorFormat.Unit([1e-45f, 0]).ShouldBe([1, 0]);
        var index = new VectorIndex(2, half: false);
        Should.Throw<ArgumentException>(() => index.Apply([(1L, new byte[12])])).Message.ShouldContain("8 are needed");
        Should.Throw<ArgumentException>(() => index.Search([new VectorQuery([1], 1)], 1)).Message.ShouldContain("vectors of 2");
        index.Count.ShouldBe(0);
    }
}
