using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Service.Tests.Collections;

public sealed class IndexJudgementTests
{
    private static readonly Collection Shelf = new(Guid.NewGuid(), "shelf", Guid.NewGuid(), "model", 1, 128, false, 1000, 7, default, default, true);

    private static readonly CollectionIndex Good = new(Shelf.Id, "hnsw", "table", 7, CollectionIndex.Ready, null, 100, 0.99, 100, default(DateTime), 0, true);

    [Fact]
    public void Exactness_is_the_rule_while_the_collection_fits_and_nothing_else_was_chosen()
    {
        foreach (var index in new[] { null, Good with { Choice = "auto" }, Good with { Choice = "exact" } })
            Judge(index, fits: true).ShouldBe(new(false, "ready", null));
        Judge(Good with { Choice = "exact" }, fits: false).ShouldBe(new(false, "ready", null));
    }

    [Fact]
    public void A_good_index_is_used_where_it_was_chosen_or_the_collection_is_too_large()
    {
        Judge(Good, fits: true).ShouldBe(new(true, "ready", null));
        Judge(Good with { Choice = "auto" }, fits: false).ShouldBe(new(true, "ready", null));
        Judge(Good with { Revision = 8 }, fits: true).Approximate.ShouldBeTrue("a write came between the two looks");
    }

    [Fact]
    public void An_index_that_will_not_do_says_why()
    {
        Expect(null, "waiting", "not begun");
        Expect(Good with { State = "filling" }, "filling", "being built");
        Expect(Good with { State = "failed", Error = "No room." }, "failed", "No room.");
        Expect(Good with { Matches = false }, "behind", "anew");
        Expect(Good with { Revision = 6 }, "behind", "lacks writes");
        Expect(Good with { State = "measuring", Recall = null }, "measuring", "measured");
        Expect(Good with { Recall = 0.94 }, "ready", "0.94");

        static void Expect(CollectionIndex? index, string state, string reason)
        {
            var judged = Judge(index, fits: false);
            (judged.Approximate, judged.State).ShouldBe((false, state));
            judged.Reason!.ShouldContain(reason);
        }
    }

    private static IndexJudgement Judge(CollectionIndex? index, bool fits) => IndexJudgement.Of(Shelf, index, fits, 0.95);
}
