using ContrastiveService.Api;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Service.Tests.Inference;

public sealed class AdmissionTests
{
    private readonly HandClock clock = new();
    private readonly Admission admission;

    public AdmissionTests() => admission = new(Options.Create(new ApiOptions { InferenceQueue = 100, InferenceQueuePixels = 1000 }), new InferenceMetrics(), clock);

    [Fact]
    public void What_would_come_too_late_is_sent_away_with_the_time_that_it_lacks()
    {
        using var seats = Admit("a", 50, seconds: 0.1); // 5 s
        var fault = Should.Throw<ApiException>(() => Admit("b", 30, seconds: 0.1, patience: 4)); // 3 s of its own, and 3 of a's go before
        fault.Status.ShouldBe(503);
        fault.RetryAfter!.Value.TotalSeconds.ShouldBe(2, 0.001);
        fault.Message.ShouldContain("6.0 s");
        admission.Pictures.ShouldBe(50, "what was refused holds no room");
    }

    [Fact]
    public void Of_another_key_only_a_fair_share_goes_before()
    {
        using var seats = Admit("flood", 90, seconds: 1);
        using var mine = Admit("me", 1, seconds: 1, patience: 2); // one of the flood's, then mine
        admission.Pictures.ShouldBe(91);
    }

    [Fact]
    public void Whose_own_pictures_are_in_the_way_is_told_so()
    {
        using var seats = Admit("a", 40, seconds: 0.125);
        var fault = Should.Throw<ApiException>(() => Admit("a", 10, seconds: 0.1, patience: 4));
        (fault.Status, fault.Code).ShouldBe((429, "rate_limit_exceeded"));
        fault.RetryAfter!.Value.TotalSeconds.ShouldBe(2, 0.001);
    }

    [Fact]
    public void Bulk_work_is_not_in_the_way_of_somebody_who_waits()
    {
        using var seats = Admit("program", 90, seconds: 1, priority: RequestClass.Bulk);
        using var mine = Admit("me", 1, seconds: 1, patience: 1.5);
        Should.Throw<ApiException>(() => Admit("other program", 1, seconds: 1, patience: 1.5, priority: RequestClass.Bulk)).Status.ShouldBe(503);
    }

    [Fact]
    public void Room_is_limited_in_pictures_and_in_pixels_and_given_back()
    {
        var seats = Admit("a", 60);
        Should.Throw<ApiException>(() => Admit("b", 41)).Status.ShouldBe(503);
        Should.Throw<ApiException>(() => Admit("a", 41)).Status.ShouldBe(429);
        Should.Throw<ApiException>(() => Admit("b", 1, pixels: 941)).Message.ShouldContain("1000 decoded pixels");
        seats.Dispose();
        using var all = Admit("b", 100);
        admission.Pictures.ShouldBe(100);
    }

    [Fact]
    public void One_key_leaves_as_much_room_as_it_takes_and_the_others_share_that()
    {
        using var flood = Admit("flood", 40);
        using var more = Admit("flood", 10);
        admission.Room(Of("flood")).ShouldBe(0);
        Should.Throw<ApiException>(() => Admit("flood", 1)).Status.ShouldBe(429);
        admission.Hopeless(Of("flood"))!.Status.ShouldBe(429);
        admission.Hopeless(Of("me")).ShouldBeNull("there is room for others");
        admission.Room(Of("me")).ShouldBe(50);
        using var mine = Admit("me", 25);
        admission.Hopeless(Of("me")).ShouldNotBeNull("25 are left, and as many are mine");
        using var theirs = Admit("they", 12);
        admission.Pictures.ShouldBe(87);
    }

    [Fact]
    public void Whose_earlier_pictures_take_longer_than_they_wait_need_not_send_more()
    {
        using var seats = Admit("a", 40, seconds: 0.1); // 4 s
        var refusal = admission.Hopeless(Of("a", patience: 3))!;
        (refusal.Status, refusal.RetryAfter!.Value.TotalSeconds).ShouldBe((429, 1));
        admission.Hopeless(Of("a", patience: 5)).ShouldBeNull();
        admission.Hopeless(Of("b", patience: 3)).ShouldBeNull("one small picture is done before most of a's");
        admission.Pictures.ShouldBe(40, "who only asks holds no room");
    }

    [Fact]
    public void Who_was_answered_a_moment_ago_still_counts_as_asking()
    {
        var seats = Admit("a", 1);
        using var program = Admit("b", 1, priority: RequestClass.Bulk);
        admission.Keys.ShouldBe(new KeyCount(1, 2));
        seats.Dispose();
        clock.Now = TimeSpan.FromMilliseconds(50);
        admission.Keys.ShouldBe(new KeyCount(1, 2));
        using (Admit("a", 1))
            admission.Keys.ShouldBe(new KeyCount(1, 2));
        clock.Now = TimeSpan.FromMilliseconds(140);
        admission.Keys.ShouldBe(new KeyCount(1, 2), "the later answer counts");
        clock.Now = TimeSpan.FromMilliseconds(160);
        admission.Keys.ShouldBe(new KeyCount(0, 1));
    }

    [Fact]
    public void An_idle_service_takes_whatever_comes()
    {
        using var seats = Admit("a", 500, pixels: 50, seconds: 10, patience: 1);
        admission.Pictures.ShouldBe(500);
        admission.Seconds.ShouldBe(5000);
    }

    private IDisposable Admit(
        string key, int count, long pixels = 1, double seconds = 0, double patience = 1000, RequestClass priority = RequestClass.Interactive) =>
        admission.Admit(Of(key, patience, priority), count, pixels, seconds);

    private static Caller Of(string key, double patience = 1000, RequestClass priority = RequestClass.Interactive) => new(key, priority, TimeSpan.FromSeconds(patience));
}
