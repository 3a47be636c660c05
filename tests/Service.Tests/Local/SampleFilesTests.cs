using ContrastiveService.Local;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Service.Tests.Local;

public sealed class SampleFilesTests
{
    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "samples");
    private static readonly FashionMnist Mini = new("fashion-mnist-mini", Path.Combine(Samples, "fashion-mnist-mini"));

    [Theory]
    [InlineData("train", 600)]
    [InlineData("t10k", 100)]
    public void The_sample_has_as_many_pictures_of_every_class(string part, int perClass)
    {
        var pictures = IdxFile.Read(Mini.Images(part), Mini.Labels(part));

        pictures.Length.ShouldBe(IdxFile.Count(Mini.Labels(part)));
        pictures.CountBy(picture => picture.Label).ShouldAllBe(kind => kind.Value == perClass);
        pictures.Select(picture => picture.Label).Distinct().Count().ShouldBe(FashionMnist.Classes.Count);
        pictures.ShouldAllBe(picture => picture.Width == 28 && picture.Height == 28 && picture.Pixels.Length == 28 * 28);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused() =>
        Should.Throw<LocalException>(() => IdxFile.Read(Mini.Images("train"), Mini.Labels("t10k"))).Message.ShouldContain("do not belong together");

    [Fact]
    public void A_file_of_another_kind_is_refused_by_name() =>
        Should.Throw<LocalException>(() => IdxFile.Read(Mini.Labels("train"), Mini.Labels("train"))).Message.ShouldContain(Mini.Labels("train"));

    [Fact]
    public void A_second_view_differs_and_yet_is_nearer_than_another_picture()
    {
        var pictures = Mini.TestPictures(200);
        var random = new Random(1);

        var (views, strangers) = (0.0, 0.0);
        for (var i = 0; i + 1 < pictures.Length; i++)
        {
            var view = SecondView.Of(pictures[i], random);
            view.Pixels.ShouldNotBe(pictures[i].Pixels);
            views += Distance(pictures[i], view);
            strangers += Distance(pictures[i], pictures[i + 1]);
        }

        views.ShouldBeLessThan(0.75 * strangers);
    }

    private static double Distance(Picture a, Picture b) => Math.Sqrt(a.Pixels.Zip(b.Pixels, (x, y) => Math.Pow(x - y, 2)).Sum());
}
