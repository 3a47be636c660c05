#!/usr/bin/python3
"""SimCLR's step and an encoder's forward pass in PyTorch, for ./bench.sh train to compare with.

    apt-get install python3-torch python3-torchvision python3-numpy libopenblas0-pthread

    simclr_pytorch.py BACKBONE BATCH STEPS [--size 28] [--threads N] [--no-channels-last] [--dtype float32|bfloat16] [--device cpu|cuda]

BACKBONE is small-convnet (three convolutions, as the service's) or resnet18 (torchvision's, with the small stem). The last line is a JSON object: milliseconds of each
step on ready views, of each step with its two views made from uint8 pictures, of making views alone, and of embedding 512 pictures; the version; the BLAS.
"""
import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

EMBEDDED = 512


def small_convnet():
    def block(channels, planes):
        return [nn.Conv2d(channels, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes), nn.ReLU(inplace=True)]

    return nn.Sequential(*block(1, 32), nn.MaxPool2d(2), *block(32, 64), nn.MaxPool2d(2), *block(64, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten()), 128


def resnet18():
    from torchvision.models import resnet18 as build

    network = build()
    network.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
    network.maxpool = nn.Identity()
    network.fc = nn.Identity()
    return network, 512


def views(pictures, random):
    """uint8 (B, 1, S, S) to one normalised view: crop and flip in one resampling, brightness and contrast."""
    x = pictures.float().div_(255)
    batch = len(x)

    def uniform(low, high):
        return low + (high - low) * torch.rand(batch, generator=random, device=x.device)

    area, ratio = uniform(0.2, 1), torch.exp(uniform(math.log(3 / 4), math.log(4 / 3)))
    height, width = (area / ratio).sqrt().clamp(max=1), (area * ratio).sqrt().clamp(max=1)
    flip = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    theta = torch.zeros(batch, 2, 3, device=x.device)
    theta[:, 0, 0], theta[:, 0, 2] = width * flip, uniform(-1, 1) * (1 - width)
    theta[:, 1, 1], theta[:, 1, 2] = height, uniform(-1, 1) * (1 - height)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False)
    brightness, contrast = uniform(0.6, 1.4).view(-1, 1, 1, 1), uniform(0.6, 1.4).view(-1, 1, 1, 1)
    mean = x.mean((1, 2, 3), keepdim=True)
    x = ((x - mean) * contrast + mean) * brightness
    return x.clamp_(0, 1).sub_(0.3).div_(0.35)


def nt_xent(z0, z1, temperature):
    z = F.normalize(torch.cat([z0, z1]))
    scores = (z @ z.t() / temperature).fill_diagonal_(float("-inf"))
    return F.cross_entropy(scores, (torch.arange(len(z), device=z.device) + len(z0)) % len(z))


def milliseconds(work, count, warm_up=3):
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
    return times


def blas():
    names = set()
    with open("/proc/self/maps") as maps:
        for line in maps:
            name = os.path.basename(os.path.realpath(line.split()[-1]))
            if "blas" in name.lower() or "mkl" in name.lower():
                names.add(name)
    return sorted(names)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backbone", choices=["small-convnet", "resnet18"])
    parser.add_argument("batch", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--no-channels-last", action="store_true")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(1)
    random = torch.Generator(asked.device).manual_seed(1)
    layout = torch.contiguous_format if asked.no_channels_last else torch.channels_last

    encoder, width = small_convnet() if asked.backbone == "small-convnet" else resnet18()
    # The projector of SimCLR v2, three layers with batch norm, as the service's default.
    layers = [[nn.Linear(i, o, bias=False), nn.BatchNorm1d(o)] for i, o in [(width, width), (width, width), (width, 128)]]
    head = nn.Sequential(*layers[0], nn.ReLU(), *layers[1], nn.ReLU(), *layers[2])
    encoder, head = encoder.to(asked.device, memory_format=layout), head.to(asked.device)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=0.001, weight_decay=0.0001)
    data = torch.randint(0, 256, (4096, 1, asked.size, asked.size), dtype=torch.uint8, generator=random, device=asked.device)

    def made():
        pictures = data[torch.randint(0, len(data), (asked.batch,), generator=random, device=asked.device)]
        return [views(pictures, random).contiguous(memory_format=layout) for _ in range(2)]

    def step(both):
        with torch.autocast(asked.device, torch.bfloat16, enabled=asked.dtype == "bfloat16"):
            h = encoder(torch.cat(both))
        z0, z1 = head(h.float()).chunk(2)
        loss = nt_xent(z0, z1, 0.5)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def embed():
        for start in range(0, EMBEDDED, 256):
            pictures = data[start:start + 256].float().div_(255).sub_(0.3).div_(0.35).contiguous(memory_format=layout)
            with torch.autocast(asked.device, torch.bfloat16, enabled=asked.dtype == "bfloat16"):
                encoder(pictures)

    ready = made()
    result = {"step": milliseconds(lambda: step(ready), asked.steps), "stepAndViews": milliseconds(lambda: step(made()), asked.steps), "views": milliseconds(made, asked.steps)}
    encoder.eval()
    result.update(embed=milliseconds(embed, max(5, asked.steps // 4)), embedded=EMBEDDED, torch=torch.__version__, blas=blas())
    print(json.dumps(result))


if __name__ == "__main__":
    main()
