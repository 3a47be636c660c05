using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Serving.Networks;

/// <summary>Writes the network down as an ONNX model: pictures (n, C, H, W), normalised, in; vectors (n, d) of length 1 out. ONNX Runtime takes the batch norms into the convolutions itself.</summary>
/// <param name="weights">The backbone's parameters and buffers by name.</param>
internal sealed class OnnxNetwork(IReadOnlyDictionary<string, Tensor> weights) : INetwork<string>
{
    public const string Input = "pictures", Output = "vectors";

    // Of the operators used here: before 18 ReduceMean has its axes as an attribute.
    private const int Opset = 17, IrVersion = 8;

    private readonly GraphProto graph = new() { Name = "backbone" };

    public static byte[] Write(string backbone, IReadOnlyDictionary<string, Tensor> weights, int channels, int size, int width)
    {
        var network = new OnnxNetwork(weights);
        var features = Architectures.Of(backbone, network, Input);
        network.Node("LpNormalization", Output, [features], Number("axis", 1), Number("p", 2));
        network.graph.Input.Add(Shape(Input, channels, size, size));
        network.graph.Output.Add(Shape(Output, width));
        var model = new ModelProto { IrVersion = IrVersion, Graph = network.graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        return model.ToByteArray();
    }

    public string Convolve(string maps, string name, int stride, int padding) =>
        Node("Conv", name, [maps, Weight(name + ".weight")], Numbers("strides", stride, stride), Numbers("pads", padding, padding, padding, padding));

    public string Normalize(string maps, string name) =>
        Node("BatchNormalization", name, [maps, Weight(name + ".weight"), Weight(name + ".bias"), Weight(name + ".running_mean"), Weight(name + ".running_var")]);

    public string Rectify(string maps) => Node("Relu", maps + ".relu", [maps]);

    public string Pool(string maps) => Node("MaxPool", maps + ".pool", [maps], Numbers("kernel_shape", 2, 2), Numbers("strides", 2, 2));

    public string Add(string maps, string others) => Node("Add", maps + ".sum", [maps, others]);

    public string Average(string maps) => Node("ReduceMean", maps + ".mean", [maps], Numbers("axes", 2, 3), Number("keepdims", 0));

    private string Node(string operation, string output, string[] inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        graph.Node.Add(node);
        return output;
    }

    private string Weight(string name)
    {
        var tensor = weights[name].cpu().contiguous();
        var proto = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(tensor.bytes) };
        proto.Dims.Add(tensor.shape);
        graph.Initializer.Add(proto);
        return name;
    }

    private static AttributeProto Number(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Numbers(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    private static ValueInfoProto Shape(string name, params int[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "n" });
        shape.Dim.Add(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } } };
    }
}
