using System.Text.Json;
using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Plans;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Calibration;

/// <summary>A model trained for an epoch on the sample pictures, calibrated by its card's writer.</summary>
[Collection(TrainedSample.Name)]
public sealed class CalibratedModelTests(TrainedSample trained)
{
    [Fact]
    public void On_labelled_pictures_that_nothing_was_fitted_to_a_probability_is_off_by_a_twentieth_at_most()
    {
        var calibration = trained.Labelled.Calibration.ShouldNotBeNull();

        (calibration.Reason, calibration.Positives, calibration.Split, calibration.Prior).ShouldBe((null, PositivePairs.Labels, "test", 0.5));
        (calibration.Fitting.Pictures, calibration.Checking.Pictures).ShouldBe((500, 500));
        var quality = calibration.Quality.Single(q => q.Method == calibration.Method);
        quality.ExpectedCalibrationError.ShouldBeLessThanOrEqualTo(0.05);
        quality.LogLoss.ShouldBe(calibration.Quality.Min(q => q.LogLoss));
        quality.LogLoss.ShouldBeLessThan(0.6); // ln 2 is no knowledge at all

        // Pictures held out for validation are in neither half.
        using var scope = NewDisposeScope();
        var validation = Splits.Of(trained.WithLabels, trained.Plan.Seed, trained.Plan.Evaluation.ValidationShare).Validation;
        var features = tensor(trained.Embed(validation).SelectMany(v => v).ToArray(), [validation.Length, trained.Labelled.Width]);
        var others = new HeldOutPairs(new(features, Array.ConvertAll(validation, i => trained.WithLabels.Labels[(int)i])), () => [], 5).All();
        var elsewhere = CalibrationQuality.Of(calibration.Method!.Value, c => calibration.ProbabilitySame(c)!.Value, others.Truths());
        elsewhere.ExpectedCalibrationError.ShouldBeLessThanOrEqualTo(0.05);

        var point = calibration.At(0.02);
        others.Negatives.Average(c => c > point.Threshold ? 1.0 : 0).ShouldBe(0.02, 0.015);
        others.Positives.Average(c => c > point.Threshold ? 0 : 1.0).ShouldBe(point.MissRate!.Value, 0.1);
    }

    [Fact]
    public void Background_and_thresholds_are_those_of_the_same_pairs_that_verification_was_judged_on()
    {
        var card = trained.Labelled;

        card.Background.Pairs.ShouldBe(card.Judgement!.Verification!.Negatives.Sum());
        card.Calibration!.OperatingPoints.ShouldBe(card.Judgement.Verification.OperatingPoints);
        card.Background.Percentile(card.Calibration.At(0.01).Threshold!.Value).ShouldBe(99, 0.2);
    }

    [Fact]
    public void Without_labels_positives_are_views_of_one_picture()
    {
        var calibration = trained.Unlabelled.Calibration.ShouldNotBeNull();

        (calibration.Reason, calibration.Positives, trained.Unlabelled.Background.DifferentLabels).ShouldBe((null, PositivePairs.Views, false));
        (calibration.Fitting.Positives, calibration.Checking.Positives, calibration.Curve!.Positives).ShouldBe((200, 200, 400));
        calibration.Quality.Single(q => q.Method == calibration.Method).ExpectedCalibrationError.ShouldBeLessThanOrEqualTo(0.05);
        calibration.ProbabilitySame(1)!.Value.ShouldBeGreaterThan(0.8);
    }

    [Fact]
    public void The_same_checkpoint_and_seed_give_the_same_calibration()
    {
        Json(trained.Write(trained.WithoutLabels, trained.Plan).Calibration!).ShouldBe(Json(trained.Unlabelled.Calibration!));
        Json(trained.Write(trained.WithoutLabels, trained.Plan with { Seed = 2 }).Calibration!).ShouldNotBe(Json(trained.Unlabelled.Calibration!));
    }

    [Fact]
    public void Where_too_little_or_nothing_was_held_out_there_is_a_reason_and_no_number()
    {
        var few = trained.Write("few", train: 100, test: 12, trained.Plan);
        few.Calibration!.Reason!.ShouldContain("Too few");
        few.Calibration.ProbabilitySame(0.5).ShouldBeNull();
        few.Background.Pairs.ShouldBeLessThanOrEqualTo(12 * 11 / 2); // each but once

        var none = trained.Write("none", train: 100, test: 0, trained.Plan with { Evaluation = trained.Plan.Evaluation with { ValidationShare = 0 } });
        none.Calibration!.Reason!.ShouldContain("validationShare");
        (none.Calibration.Split, none.Calibration.At(0.01).Reason).ShouldBe(("train", none.Calibration.Reason));
    }

    private static string Json(PairCalibration calibration) => JsonSerializer.Serialize(calibration, PlanJson.Options);
}
