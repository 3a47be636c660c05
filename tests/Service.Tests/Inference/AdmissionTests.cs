using ContrastiveService.Api;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Service.Tests.Inference;

public sealed class AdmissionTests
{
    private readonly Admission admission = new(Options.Create(new ApiOptions { InferenceQueue = 100, InferenceQueuePixels = 1000 }), new InferenceMetrics());

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
        using var seats = Admit("a", 50, seconds: 0.1);
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
    public void An_idle_service_takes_whatever_comes()
    {
        using var seats = Admit("a", 500, pixels: 50, seconds: 10, patience: 1);
        admission.Pictures.ShouldBe(500);
        admission.Seconds.ShouldBe(5000);
    }

    private IDisposable Admit(
        string key, int count, long pixels = 1, double seconds = 0, double patience = 1000, RequestClass priority = RequestClass.Interactive) =>
        admission.Admit(new Caller(key, priority, TimeSpan.FromSeconds(patience)), count, pixels, seconds);
}
