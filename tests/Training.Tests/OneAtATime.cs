// TorchSharp passes a Scalar's handle to native code without keeping the Scalar alive: a collection that another thread starts at that very moment frees it too
// early. With one test at a time no other thread allocates. (How the product guards itself: docs/adr/0008.)
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
